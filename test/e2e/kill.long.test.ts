/** SIGKILL in the middle of traffic, often enough to hit every step of writing. */
import { it } from "vitest";
import { killLoop } from "./harness/kill-loop.ts";

it.each([[2], [3]])("vector 13: sixty kills, seed %i", (seed) => killLoop(60, seed), 600_000);
