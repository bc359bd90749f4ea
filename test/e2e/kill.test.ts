/** SIGKILL in the middle of traffic; a longer loop runs in kill.long.test.ts. */
import { it } from "vitest";
import { killLoop } from "./harness/kill-loop.ts";

it("vector 13: eight kills at eight moments leave eight readable tapes", () => killLoop(8, 1), 60_000);
