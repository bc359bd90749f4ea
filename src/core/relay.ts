import type { Port } from "./event.ts";
import type { Layer } from "./layer.ts";

/** The innermost layer of a plain conversation: what one end says or ends goes to the other, unchanged. */
export function relay(client: Port = "client", server: Port = "server"): Layer {
  return function* (event) {
    if (event.port !== client && event.port !== server) return;
    const port = event.port === client ? server : client;
    if (event.kind === "received") yield { kind: "send", port, message: event.message };
    else if (event.kind === "closed") yield { kind: "close", port, facts: event.facts };
  };
}
