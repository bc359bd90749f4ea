/** `validate`: proves tapes. Each one gets a verdict, whatever the one before turned out to be. */
import { relative } from "node:path";
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
import {
  accepts,
  type Demand,
  demandOf,
  type Signature,
  signatureOf,
  signatureSays,
} from "../tape-signature.ts";
import { countText, sizeText } from "../units.ts";

/** From the best to the worst. */
const states = [
  "complete",
  "unfinished",
  "damaged",
  "altered",
] as const satisfies readonly TapeReport["state"][];

interface Verdict extends Finding {
  readonly file: string;
  readonly encoding: OpenedTape["encoding"];
  /** How many files the recording is. */
  readonly parts: number;
  readonly signature: Signature;
  /** Whether the signature is what was demanded; undefined when nothing was. */
  readonly accepted: boolean | undefined;
}

/** A report, of one file or of all parts. */
interface Finding extends Omit<TapeReport, "signer" | "signatures"> {
  /** The file of the part that `line` is in. */
  readonly partFile?: string;
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
  const demand = demandOf(call);
  await json?.openList("tapes");
  let exit: number = exits.fine;
  for (const path of call.words) {
    const result = await verdictOn(call, path, demand);
    if ("error" in result) exit = exits.unreadable;
    else if (result.state !== "complete" || result.accepted === false) exit = Math.max(exit, exits.findings);
    if (json) await json.item(asJson(result));
    else if ("error" in result) reportError(result.error, call.stderr, false);
    else await out.line(asText(result, demand, style));
    await out.flush();
  }
  await json?.closeList();
  await json?.end();
  await out.flush();
  return exit;
}

async function verdictOn(call: Call, path: string, demand: Demand): Promise<Verdict | Refusal> {
  const progress = startProgress(call.stderr, path);
  try {
    const opened = await openRecording(call, path);
    const { reports, found } = await foundIn(call, opened, progress);
    const signature = signatureOf(reports, demand);
    const accepted = accepts(demand, signature);
    return {
      file: path,
      encoding: opened.encoding,
      parts: opened.files.length,
      ...found,
      signature,
      accepted,
    };
  } catch (error) {
    if (error instanceof ReelwireError) return { file: path, error };
    throw error;
  } finally {
    progress.end();
  }
}

async function foundIn(
  call: Call,
  opened: OpenedTape,
  progress: Progress,
): Promise<{ readonly reports: readonly TapeReport[]; readonly found: Finding }> {
  const total = await bytesOf(opened.files);
  if (opened.encoding === "vcr") {
    const report = await readThrough(call, opened, total, progress);
    return { reports: [report], found: report };
  }
  // Parts are read twice: each by itself, then how they hang together.
  const inParts = opened.files.length > 1;
  const passes = inParts ? 2 : 1;
  const reports: TapeReport[] = [];
  let found: Finding | undefined;
  for (const file of opened.files) {
    const bytes = stoppable(opened.content.bytes(file), call.signal);
    const report = await checkTape(counted(bytes, progress, found?.bytes ?? 0, passes * total), {
      name: file,
    });
    reports.push(report);
    const here = inParts ? { ...report, partFile: relative(call.cwd, file) } : report;
    found = found ? joined(found, here) : here;
  }
  if (inParts) found = joined(found!, await jointsOf(call, opened, total, progress));
  return { reports, found: found! };
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
  const count = { lines: 0, bytes, messages: 0, notes: [] as string[], proved: 0, signatures: 0 };
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
async function jointsOf(call: Call, opened: OpenedTape, bytes: number, progress: Progress): Promise<Finding> {
  const nothing = { lines: 0, bytes: 0, messages: 0, notes: [], proved: 0 };
  const items = moving(opened.items(), progress, bytes, 2 * bytes);
  for await (const item of stoppable(items, call.signal)) {
    if (item.kind === "damaged" && item.bytes.length === 0 && item.line === 1)
      return { state: "damaged", line: 1, why: item.why, ...partFileOf(call, opened, item.part), ...nothing };
  }
  return { state: "complete", ...nothing };
}

/** The file of a part, unless it is the one that is missing. */
function partFileOf(call: Call, { files }: OpenedTape, part: number | undefined): Pick<Finding, "partFile"> {
  const ending = `.${String(part).padStart(4, "0")}.tape.jsonl`;
  const file = files.find((each) => each.endsWith(ending));
  return file === undefined ? {} : { partFile: relative(call.cwd, file) };
}

function joined(a: Finding, b: Finding): Finding {
  const { state, line, why, partFile } = states.indexOf(b.state) > states.indexOf(a.state) ? b : a;
  const counts = {
    lines: a.lines + b.lines,
    bytes: a.bytes + b.bytes,
    messages: a.messages + b.messages,
    proved: a.proved + b.proved,
  };
  const fault = {
    ...(line !== undefined && { line }),
    ...(why !== undefined && { why }),
    ...(partFile !== undefined && { partFile }),
  };
  return { state, ...fault, ...counts, notes: [...a.notes, ...b.notes] };
}

function asJson(result: Verdict | Refusal): string {
  if ("error" in result)
    return JSON.stringify({ file: result.file, state: "unreadable", error: errorFacts(result.error) });
  const { file, state, encoding, parts, line = null, why = null, partFile = null } = result;
  const { lines, bytes, messages, notes, proved, signature, accepted = null } = result;
  const counts = { lines, bytes, messages, notes, proved };
  const { key = null, fingerprint = null, name = null } = signature;
  const signed = { state: signature.state, key, fingerprint, name };
  const fault = { line, partFile: line === null ? null : partFile, why };
  return JSON.stringify({ file, state, encoding, parts, ...fault, ...counts, signature: signed, accepted });
}

function asText(verdict: Verdict, demand: Demand, style: Style): string {
  const { file, state, line, why, partFile, lines, bytes, messages, parts, proved, notes } = verdict;
  const { encoding, signature, accepted } = verdict;
  const fine = state === "complete" && accepted !== false;
  const paint = fine ? style.green : state === "unfinished" ? style.yellow : style.red;
  const size = [countText(lines, "line"), countText(messages, "message"), sizeText(bytes)];
  if (parts > 1) size.push(countText(parts, "part"));
  const place = partFile === undefined ? `line ${line}` : `line ${line} of ${partFile}`;
  const fault = line === undefined ? [] : [`${place}: ${why}`];
  const upTo = state === "unfinished" && parts === 1 ? [provedSays(proved)] : [];
  const who = encoding === "vcr" && accepted === undefined ? [] : [signatureSays(demand, signature)];
  const says = [...fault, size.join(", "), ...upTo, ...who, ...notes].map(cleanLine).join("; ");
  return `${paint(state.padEnd(10))}  ${cleanLine(file)}  ${says}`;
}

function provedSays(line: number): string {
  return line === 0 ? "no checkpoint proves a line of it" : `proved up to line ${line}`;
}
