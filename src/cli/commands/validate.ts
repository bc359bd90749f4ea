/** `validate`: proves tapes. Each one gets a verdict, whatever the one before turned out to be. */
import { ReelwireError } from "../../base/index.ts";
import { checkTape, type OpenedTape, type TapeReport } from "../../tape/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { type Progress, startProgress } from "../progress.ts";
import { errorFacts, reportError } from "../report.ts";
import { cleanLine } from "../sanitize.ts";
import { type Style, styleFor } from "../style.ts";
import { bytesOf, moving, openRecording, stoppable } from "../tape-file.ts";
import { countText, sizeText } from "../units.ts";

/** From the best to the worst. */
const states = [
  "complete",
  "unfinished",
  "damaged",
  "altered",
] as const satisfies readonly TapeReport["state"][];

interface Verdict extends Omit<TapeReport, "state"> {
  readonly file: string;
  readonly encoding: OpenedTape["encoding"];
  readonly state: TapeReport["state"];
  /** How many files the recording is. */
  readonly parts: number;
}

interface Refusal {
  readonly file: string;
  readonly error: ReelwireError;
}

const exits = { fine: 0, findings: 1, unreadable: 6 } as const;

export async function run(call: Call): Promise<number> {
  const out = new Output(call);
  const json = call.flags["json"] ? new JsonOutput(out) : undefined;
  const style = styleFor(call.env, call.stdout);
  await json?.openList("tapes");
  let exit: number = exits.fine;
  for (const path of call.words) {
    const result = await verdictOn(call, path);
    if ("error" in result) exit = exits.unreadable;
    else if (result.state !== "complete") exit = Math.max(exit, exits.findings);
    if (json) await json.item(asJson(result));
    else if ("error" in result) reportError(result.error, call.stderr, false);
    else await out.line(asText(result, style));
    await out.flush();
  }
  await json?.closeList();
  await json?.end();
  await out.flush();
  return exit;
}

async function verdictOn(call: Call, path: string): Promise<Verdict | Refusal> {
  const progress = startProgress(call.stderr, path);
  try {
    const opened = await openRecording(call, path);
    const facts = { file: path, encoding: opened.encoding, parts: opened.files.length };
    const total = await bytesOf(opened.files);
    if (opened.encoding === "vcr") return { ...facts, ...(await readThrough(call, opened, total, progress)) };
    // Parts are read twice: each by itself, then how they hang together.
    const passes = opened.files.length > 1 ? 2 : 1;
    let whole: TapeReport | undefined;
    for (const file of opened.files) {
      const bytes = counted(
        stoppable(opened.content.bytes(file), call.signal),
        progress,
        whole?.bytes ?? 0,
        passes * total,
      );
      const report = await checkTape(bytes, { name: file });
      whole = whole ? joined(whole, report) : report;
    }
    if (opened.files.length > 1) whole = joined(whole!, await jointsOf(call, opened, total, progress));
    return { ...facts, ...whole! };
  } catch (error) {
    if (error instanceof ReelwireError) return { file: path, error };
    throw error;
  } finally {
    progress.end();
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  progress: Progress,
  before: number,
  total: number,
) {
  let done = before;
  for await (const chunk of source) {
    progress.at((done += chunk.length), total);
    yield chunk;
  }
}

/** A form without checkpoints: it is complete when all of it reads. */
async function readThrough(
  call: Call,
  opened: OpenedTape,
  bytes: number,
  progress: Progress,
): Promise<TapeReport> {
  const count = { lines: 0, bytes, messages: 0, notes: [] as string[] };
  let fault: { line: number; why: string } | undefined;
  for await (const item of stoppable(moving(opened.items(), progress, 0, bytes), call.signal)) {
    count.lines++;
    if (item.kind === "damaged") fault ??= { line: item.line, why: item.why };
    if (item.kind === "event" && item.event.payload.kind === "msg") count.messages++;
  }
  count.bytes = opened.content.sealOf(opened.files[0]!)?.contentBytes ?? bytes;
  return fault ? { state: "damaged", ...fault, ...count } : { state: "complete", ...count };
}

/** What is wrong between the parts of a rotated recording; within them was looked already. */
async function jointsOf(
  call: Call,
  opened: OpenedTape,
  bytes: number,
  progress: Progress,
): Promise<TapeReport> {
  const nothing = { lines: 0, bytes: 0, messages: 0, notes: [] };
  const items = moving(opened.items(), progress, bytes, 2 * bytes);
  for await (const item of stoppable(items, call.signal)) {
    if (item.kind === "damaged" && item.bytes.length === 0 && item.line === 1)
      return { state: "damaged", line: 1, why: item.why, ...nothing };
  }
  return { state: "complete", ...nothing };
}

function joined(a: TapeReport, b: TapeReport): TapeReport {
  const { state, line, why } = states.indexOf(b.state) > states.indexOf(a.state) ? b : a;
  const counts = { lines: a.lines + b.lines, bytes: a.bytes + b.bytes, messages: a.messages + b.messages };
  const fault = { ...(line !== undefined && { line }), ...(why !== undefined && { why }) };
  return { state, ...fault, ...counts, notes: [...a.notes, ...b.notes] };
}

function asJson(result: Verdict | Refusal): string {
  if ("error" in result)
    return JSON.stringify({ file: result.file, state: "unreadable", error: errorFacts(result.error) });
  const { file, state, encoding, parts, line = null, why = null, lines, bytes, messages, notes } = result;
  return JSON.stringify({ file, state, encoding, parts, line, why, lines, bytes, messages, notes });
}

function asText(
  { file, state, line, why, lines, bytes, messages, parts, notes }: Verdict,
  style: Style,
): string {
  const paint = state === "complete" ? style.green : state === "unfinished" ? style.yellow : style.red;
  const size = [countText(lines, "line"), countText(messages, "message"), sizeText(bytes)];
  if (parts > 1) size.push(countText(parts, "part"));
  const fault = line === undefined ? [] : [`line ${line}: ${why}`];
  const says = [...fault, size.join(", "), ...notes].map(cleanLine).join("; ");
  return `${paint(state.padEnd(10))}  ${cleanLine(file)}  ${says}`;
}
