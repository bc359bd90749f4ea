/**
 * What a replay could not do as recorded: misses, which were answered with an error, and inexact answers, which were
 * given all the same. Plain data; the command line prints it and decides the exit status.
 */
import { ReelwireError } from "../base/index.ts";
import type { Difference } from "../match/index.ts";
import { type Message, parseMessage } from "../protocol/index.ts";

/** Why a request has no recorded answer; each is a code of the error table. */
export type MissKind =
  /** No recorded call is this request. */
  | "unknown"
  /** It was recorded, and each recorded answer was given. */
  | "used-up"
  /** It was recorded without an answer: the recording ends before it. */
  | "unanswered"
  /** A retry whose `requestState` nobody handed out, or that was not recorded. */
  | "retry"
  /** What the client answered to the server's question is not what it answered then. */
  | "answer"
  /** All recorded conversations are used. */
  | "conversation"
  /** In strict order its turn never came. */
  | "order"
  /** Recorded calls differ from it and from each other only in secrets, and the key that tells these apart is not here. */
  | "secret";

export interface Miss {
  readonly kind: MissKind;
  readonly method: string;
  /** The tool's or prompt's name, or the resource's URI. */
  readonly target: string | undefined;
  /** The live id's JSON text. */
  readonly id: string;
  /** How often the same request was recorded. */
  readonly recorded: number;
  readonly nearest: NearestCall | undefined;
}

export interface NearestCall {
  /** The call's number, as listings count. */
  readonly call: number;
  readonly method: string;
  readonly target: string | undefined;
  /** Undefined when it is equal, but used up. */
  readonly difference: Difference | undefined;
}

/** An answer that was given although something was not as recorded. */
export interface Inexact {
  readonly why: "nearest" | "answer";
  readonly method: string;
  readonly target: string | undefined;
  readonly id: string;
  /** The recorded call whose answer it was. */
  readonly call: number;
  readonly difference: Difference | undefined;
}

/** JSON-RPC codes of our own, outside of the range that JSON-RPC and MCP keep (-32768 to -32000). */
const rows = {
  unknown: { code: "RW4001", rpc: -31001 },
  "used-up": { code: "RW4002", rpc: -31002 },
  unanswered: { code: "RW4003", rpc: -31003 },
  retry: { code: "RW4004", rpc: -31004 },
  answer: { code: "RW4005", rpc: -31005 },
  conversation: { code: "RW4006", rpc: -31006 },
  order: { code: "RW4007", rpc: -31007 },
  secret: { code: "RW4008", rpc: -31008 },
} as const satisfies Record<MissKind, { code: string; rpc: number }>;

/** The miss as an error: what it says, and what to do. */
export function errorOf(miss: Miss): ReelwireError {
  const what = nameOf(miss);
  const where: [string, string][] = [["request", `${what}, id ${miss.id}`]];
  if (miss.nearest) where.push(["nearest", nearestText(miss.nearest)]);
  return new ReelwireError(rows[miss.kind].code, { with: { what, times: timesText(miss.recorded) }, where });
}

/** The JSON-RPC error that answers a request which was missed. */
export function missAnswer(miss: Miss): Message {
  const error = errorOf(miss);
  const { nearest } = miss;
  const data = {
    reelwire: {
      code: error.code,
      kind: miss.kind,
      method: miss.method,
      ...(miss.target === undefined ? {} : { target: miss.target }),
      recorded: miss.recorded,
      ...(nearest ? { nearest: nearestData(nearest) } : {}),
      fix: error.fix,
    },
  };
  const text = nearest ? `${error.message}; nearest is ${nearestText(nearest)}` : error.message;
  const json = JSON.stringify({ code: rows[miss.kind].rpc, message: `reelwire: ${text}`, data });
  return parseMessage(`{"jsonrpc":"2.0","id":${miss.id},"error":${json}}`)!;
}

/** Only what a listing shows: events are numbered for ourselves. */
function nearestData({ call, method, target, difference }: NearestCall): object {
  return { call, method, ...(target === undefined ? {} : { target }), difference: difference ?? null };
}

/** A call as people name it. */
export function nameOf({
  method,
  target,
}: {
  readonly method: string;
  readonly target: string | undefined;
}): string {
  return target === undefined ? method : `${method} ${target}`;
}

/** `call 4 (tools/call get_forecast), which has "Paris" at /params/arguments/city, not "Rome"`. */
export function nearestText({ call, difference, ...named }: NearestCall): string {
  const which = `call ${call} (${nameOf(named)})`;
  if (!difference) return `${which}, which is the same and was used`;
  return `${which}, which ${differenceText(difference)}`;
}

/** `has "Paris" at /params/arguments/city, not "Rome"`. */
export function differenceText({ pointer, live, recorded, places }: Difference): string {
  const more = places > 1 ? `, and ${places - 1} more` : "";
  const at = pointer === "" ? "as a whole" : `at ${pointer}`;
  if (recorded === undefined) return `has nothing ${at}, not ${live}${more}`;
  if (live === undefined) return `has ${recorded} ${at}, not nothing${more}`;
  return `has ${recorded} ${at}, not ${live}${more}`;
}

function timesText(times: number): string {
  return times === 1 ? "once" : `${times} times`;
}
