import { EdgeVM } from "@edge-runtime/vm";
import { script } from "./script.js";

const vm = new EdgeVM();
vm.evaluate(script);
console.log(JSON.stringify(await vm.evaluate(`wrongAt(${JSON.stringify(process.env.SERVER)})`)));
