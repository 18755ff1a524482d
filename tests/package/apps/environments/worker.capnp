using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
	services = [
		(name = "main", worker = .worker),
		(name = "outside", network = (allow = ["private"])),
	],
	sockets = [(name = "http", http = (), service = "main")],
);

const worker :Workerd.Worker = (
	modules = [
		(name = "worker.js", esModule = embed "worker-bundled.js"),
		(name = "node_modules/headwater/dist/headwater.wasm", wasm = embed "node_modules/headwater/dist/headwater.wasm"),
	],
	bindings = [(name = "SERVER", fromEnvironment = "SERVER")],
	compatibilityDate = "2025-09-01",
	globalOutbound = "outside",
);
