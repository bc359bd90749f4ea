import { ReelwireError } from "../base/hot.ts";
import type { Rotation } from "./record-options.ts";

/** When a new part begins, as `--rotate` and the library's `rotate` say it: a size, an age, or a number of calls. */
const units: Readonly<Record<string, readonly [Rotation["by"], number]>> = {
  "": ["interactions", 1],
  b: ["bytes", 1],
  kb: ["bytes", 1e3],
  mb: ["bytes", 1e6],
  gb: ["bytes", 1e9],
  ms: ["ms", 1],
  s: ["ms", 1e3],
  m: ["ms", 60e3],
  h: ["ms", 3600e3],
  d: ["ms", 86400e3],
};

/** The smallest part that makes sense, in bytes: a header and a few lines. */
const partBytesMin = 1000;

/** `flag` is how the caller names the setting. Throws RW1004 for a text that is none. */
export function rotationOf(text: string, flag: string): Rotation {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-zA-Z]*)$/.exec(text) ?? [];
  const known = number === "" ? undefined : units[unit.toLowerCase()];
  const every = known ? Math.round(Number(number) * known[1]) : 0;
  if (known && every >= (known[0] === "bytes" ? partBytesMin : 1)) return { by: known[0], every };
  const wants = "a size (100MB), an age (1h) or a number of calls (500)";
  throw new ReelwireError("RW1004", { with: { flag, value: text, wants } });
}
