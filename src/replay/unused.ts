/** The recorded calls that nobody made: what `--strict` and tests ask for. */
import { flags, hashOf, none, roles, type Script } from "../match/index.ts";
import type { TapeMap } from "./tape-map.ts";

/** One script as somebody played it. */
interface Played {
  readonly script: Script;
  readonly taking: { isUsed(call: number): boolean };
}

/** By their numbers, in order, of all conversations; polls, pings and the handshake are not missed. */
export function unusedCalls(map: TapeMap, played: readonly Played[]): number[] {
  const scripts = map.conversations.flatMap((conversation) => conversation.scripts);
  const found = scripts.flatMap((script) => {
    const takings = played.filter((one) => one.script === script).map((one) => one.taking);
    return unusedOf(script, (call) => takings.some((taking) => taking.isUsed(call)));
  });
  return found.sort((a, b) => a - b);
}

function unusedOf(script: Script, isUsed: (call: number) => boolean): number[] {
  const handshake = new Set([script.initialize]);
  const { callsOf } = script;
  for (let call = callsOf.first(hashOf("server/discover")); call !== none; call = callsOf.after(call))
    handshake.add(call);
  const found: number[] = [];
  for (let event = 0; event < script.count; event++) {
    if (script.role(event) !== roles.call || script.has(event, flags.optional)) continue;
    if (!handshake.has(event) && !isUsed(event)) found.push(script.number(event));
  }
  return found;
}
