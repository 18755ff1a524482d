"use client";

import { EventSource } from "headwater";
import { Answer } from "./answer";

export default function Page() {
	return <Answer EventSource={EventSource} />;
}
