/** Colours, when the stream shows them; the words say the same without. */
import type { Call } from "./command.ts";

export type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** `FORCE_COLOR` decides first, then `NO_COLOR`, then whether the stream is a terminal that can. */
export function styleFor(env: Call["env"], stream: { readonly isTTY?: boolean }): Style {
  const on = wanted(env, stream.isTTY === true);
  const paint =
    (start: number, end: number): Paint =>
    (text) =>
      on && text !== "" ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

function wanted(env: Call["env"], isTTY: boolean): boolean {
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (env["NO_COLOR"]) return false;
  return isTTY && env["TERM"] !== "dumb";
}
