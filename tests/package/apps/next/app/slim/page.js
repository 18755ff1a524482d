"use client";

import { EventSource } from "headwater/slim";
import { Answer } from "../answer";

export default function Page() {
	return <Answer EventSource={EventSource} />;
}
