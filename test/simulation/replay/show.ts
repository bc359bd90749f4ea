/** A recording and a replay of it as text, in the notation of tapes and dialogues. */
import { isOfClient, type Recording } from "./conversation.ts";
import type { Passed } from "./drive.ts";

export function tapeText({ events, names, ends }: Recording): string {
  const lines: string[] = [];
  let at = 0;
  for (const event of events) {
    if (event.at > at) lines.push(`  ${(event.at - at) / 1000} ms`);
    at = event.at;
    lines.push(`  ${isOfClient(event.kind) ? ">" : "<"} ${event.spell(names)}`);
  }
  if (ends !== "torn") lines.push(ends === "server" ? "  < closed" : "  > closed");
  return lines.join("\n");
}

export function liveText(log: readonly Passed[]): string {
  const lines: string[] = [];
  let at = 0;
  for (const passed of log) {
    if (passed.at > at) lines.push(`  >> ${(passed.at - at) / 1000} ms pass`);
    at = passed.at;
    const arrow = passed.dir === "c2s" ? ">> client " : passed.dir === "s2c" ? "<< client " : "";
    lines.push(`  ${arrow}${passed.text}`);
  }
  return lines.join("\n");
}
