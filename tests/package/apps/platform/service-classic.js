import { askBy } from "./register.js";

askBy("service-worker-classic.js");
