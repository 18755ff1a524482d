import { askBy } from "./register.js";

askBy("service-worker.js", { type: "module" });
