/** The loads: answers of three sizes, alone and sixteen at a time, and a server that works. */
import type { Shape } from "./latency.ts";

const small = 200;
const medium = 4096;
const large = 256 * 1024;

function shape(
  name: string,
  size: number,
  inFlight: number,
  work: number,
  messages: number,
  rounds = 1,
): Shape {
  return { name, size, inFlight, work, messages, rounds };
}

export const shapes: readonly Shape[] = [
  shape("200 B", small, 1, 0, 600),
  shape("4 KiB", medium, 1, 0, 600),
  shape("256 KiB", large, 1, 0, 60),
  shape("200 B x16", small, 16, 0, 3000),
  shape("4 KiB x16", medium, 16, 0, 2000),
  shape("256 KiB x16", large, 16, 0, 96),
  shape("200 B, 0.1 ms", small, 1, 100, 250),
  shape("4 KiB, 0.1 ms", medium, 1, 100, 250),
  shape("200 B, 1 ms", small, 1, 1000, 50),
  shape("4 KiB, 1 ms", medium, 1, 1000, 50),
];
