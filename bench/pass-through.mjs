// The recorder's own wire with no tape behind it: what recording is compared with. Everything but the feed is the
// product's own code, from dist/.
import { Wire } from "../dist/runtime/record-stdio.js";
import { pairsFor, startServer } from "../dist/runtime/server-process.js";
import { Wrapper } from "../dist/runtime/wrapper.js";

const origin = performance.now();
const options = { command: process.argv.slice(2), cwd: process.cwd(), env: process.env, stray: "drop" };
const wire = new Wire(() => (performance.now() - origin) * 1000, options);
wire.feed = {
  put: () => true,
  fact: () => true,
  start: () => {},
  flush: () => {},
  finish: async () => ({ path: "", says: [] }),
};
const server = await startServer(options, await pairsFor(wire.output), (input) => wire.connect(input));
process.exit(await new Wrapper(server, wire, options).run());
