/**
 * The recorder's own wire with no tape behind it: what recording is compared with. Everything but the feed is the
 * product's own code.
 */
import { pairFor, startServer } from "../src/runtime/server-process.ts";
import type { TapeFeed } from "../src/runtime/tape-feed.ts";
import { Wire } from "../src/runtime/wire.ts";
import { Wrapper } from "../src/runtime/wrapper.ts";

const command = process.argv.slice(2) as [string, ...string[]];
const options = {
  command,
  cwd: process.cwd(),
  env: process.env,
  envNames: [],
  format: "jsonl",
  stray: "drop",
  force: false,
} as const;
const wire = new Wire(options);
const noTape: Pick<TapeFeed, "put" | "fact" | "start" | "flush" | "finish"> = {
  put: () => true,
  fact: () => true,
  start: () => {},
  flush: () => {},
  finish: async () => ({ path: "", says: [] }),
};
wire.feed = noTape as TapeFeed;
const server = await startServer(options, await pairFor(wire.output), (input) => wire.connect(input));
process.exit(await new Wrapper(server, wire, options).run());
