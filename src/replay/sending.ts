/**
 * What is sent for a recorded message: the stored bytes, with the live ids, tokens and values put in. Everything else
 * stays as it was on the wire.
 */
import { encodeUtf8, type Span } from "../base/index.ts";
import {
  type Bindings,
  memberSplices,
  pathSplices,
  type Splice,
  spliced,
  splicedAt,
} from "../match/index.ts";
import { type Message, metaKeys } from "../protocol/index.ts";
import type { Inexact } from "./findings.ts";

/** Where values stand in a message that are others now, with their live texts. */
export type Bound = Pick<Bindings, "splices">;

/** The key in `_meta` of an answer that is not exactly the recorded one. */
export const inexactKey = "reelwire/inexact";

const tokenPath = ["params", "progressToken"];
const subscriptionPath = ["params", "_meta", metaKeys.subscriptionId];
const subscriptionOfResult = ["result", "_meta", metaKeys.subscriptionId];

export function resultFor(recorded: Message, id: string, bindings: Bound, inexact?: Inexact): Message {
  return spliced(recorded, [
    ...memberSplices(recorded, "id", id),
    ...pathSplices(recorded, subscriptionOfResult, id),
    ...(inexact ? flagSplices(recorded, inexact) : []),
    ...bindings.splices(recorded),
  ]);
}

/** A result in which nothing but the id is another: the usual case. */
export function resultWithId(recorded: Message, place: Span, id: string): Message {
  return splicedAt(recorded, place, encodeUtf8(id));
}

/** A notification for a call; undefined when it reports progress that the client did not ask for. */
export function tellFor(
  recorded: Message,
  live: { readonly id: string; readonly token: string | undefined },
  bindings: Bound,
): Message | undefined {
  if (recorded.method === "notifications/progress") {
    if (live.token === undefined) return undefined;
    return spliced(recorded, [
      ...pathSplices(recorded, tokenPath, live.token),
      ...bindings.splices(recorded),
    ]);
  }
  return spliced(recorded, [
    ...pathSplices(recorded, subscriptionPath, live.id),
    ...bindings.splices(recorded),
  ]);
}

/** The server takes back a request of its own, or ends a subscription. */
export function cancellationFor(recorded: Message, id: string): Message {
  return spliced(recorded, pathSplices(recorded, ["params", "requestId"], id));
}

export function askFor(recorded: Message, id: string, bindings: Bound): Message {
  return spliced(recorded, [...memberSplices(recorded, "id", id), ...bindings.splices(recorded)]);
}

/** What belongs to no call. */
export function tellAlone(recorded: Message, bindings: Bound): Message {
  return spliced(recorded, bindings.splices(recorded));
}

/** Puts a flag into the `_meta` of a result; an error carries none. */
function flagSplices(message: Message, { why, call, difference }: Inexact): Splice[] {
  const result = message.spanAt("result");
  if (!result || message.bytes[result.start] !== 0x7b) return [];
  const flag = `"${inexactKey}":${JSON.stringify({ why, call, pointer: difference?.pointer ?? null })}`;
  const meta = message.spanAt("result", "_meta");
  if (meta && message.bytes[meta.start] === 0x7b) return [inside(message, meta.start, flag)];
  return [inside(message, result.start, `"_meta":{${flag}}`)];
}

/** First in an object, before whatever it holds. */
function inside(message: Message, brace: number, member: string): Splice {
  let next = brace + 1;
  while (message.bytes[next]! <= 0x20) next++;
  const comma = message.bytes[next] === 0x7d ? "" : ",";
  return { start: brace + 1, end: brace + 1, text: member + comma };
}
