/** What was taken out of a tape, as `redact` tells it: by kind, and by call and place. Never a value. */
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { cleanLine } from "../sanitize.ts";
import { styleFor } from "../style.ts";
import { countText } from "../units.ts";
import type { Counts, TapeFinding } from "./search.ts";

/** How many are remembered, and how many places are shown to people; the rest is counted. */
const listedMax = 100_000;
const shownMax = 50;

interface Entry extends TapeFinding {
  readonly call: number | undefined;
}

export class Removed {
  readonly list: Entry[] = [];
  more = 0;
  /** The call of the line that is looked at. */
  call: number | undefined;

  add(found: TapeFinding): void {
    const call = found.pointer.startsWith("/msg") ? this.call : undefined;
    if (this.list.length < listedMax) this.list.push({ ...found, call });
    else this.more++;
  }

  /** In the order of the lines. */
  sorted(): readonly Entry[] {
    return this.list.sort((a, b) => (a.part ?? 0) - (b.part ?? 0) || a.line - b.line);
  }
}

export interface RedactDone {
  readonly input: string;
  readonly output: string;
  readonly inPlace: boolean;
  readonly encoding: "jsonl" | "vcr";
  /** Damaged lines that are left out. */
  readonly dropped: number;
}

export async function tellRemoved(
  call: Call,
  done: RedactDone,
  { count, kinds }: Counts,
  removed: Removed,
): Promise<void> {
  const byKind = Object.fromEntries([...kinds].sort(([a], [b]) => (a < b ? -1 : 1)));
  const out = new Output(call);
  if (call.flags["json"]) {
    const json = new JsonOutput(out);
    const facts = { ...done, count, kinds: byKind, more: removed.more };
    for (const [key, value] of Object.entries(facts)) await json.member(key, value);
    await json.openList("removed");
    for (const entry of removed.sorted()) await json.item(JSON.stringify(factsOf(entry)));
    await json.closeList();
    await json.end();
    return;
  }
  const style = styleFor(call.env, call.stdout);
  const what = Object.entries(byKind).map(([kind, times]) => `${times} ${kind}`);
  const sum =
    count === 0 ? "nothing was taken out" : `${countText(count, "value")} taken out: ${what.join(", ")}`;
  await out.line(`${style.green("redacted")}  ${cleanLine(done.output)}  ${sum}`);
  for (const line of placesOf(removed)) await out.line(`  ${cleanLine(line)}`);
  await out.flush();
  for (const remark of remarksOn(done)) call.stderr.write(`${remark}\n`);
}

function remarksOn({ encoding, dropped }: RedactDone): string[] {
  const remarks = encoding === "vcr" ? ["the .vcr recording is written as a tape"] : [];
  if (dropped > 0)
    remarks.push(`${countText(dropped, "damaged line")} left out; notes on the tape say which`);
  return remarks;
}

function placesOf(removed: Removed): string[] {
  const places = new Map<string, number>();
  for (const { kind, call, line, part, pointer } of removed.sorted()) {
    const where =
      call === undefined ? `${part === undefined ? "" : `part ${part} `}line ${line}` : `call ${call}`;
    const place = `${kind}  ${where}  ${pointer}`;
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  const lines = [...places].map(([place, times]) => (times === 1 ? place : `${place}  ${times} times`));
  const rest = lines.length - shownMax;
  return rest > 0 ? [...lines.slice(0, shownMax), `and ${rest} more places; --json lists them all`] : lines;
}

function factsOf({ part, line, call, pointer, kind, how, name, placeholder }: Entry) {
  return {
    part: part ?? null,
    line,
    call: call ?? null,
    pointer,
    kind,
    how,
    name: name ?? null,
    placeholder,
  };
}
