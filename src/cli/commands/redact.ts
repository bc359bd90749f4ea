/** `redact`: writes an old tape without its secrets, and says what was taken out. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { CallList } from "../../library/index.ts";
import { isRunning, type Redaction } from "../../runtime/index.ts";
import { fileBytes, type OpenedTape, readTape, type TapeItem, type TapeSigner } from "../../tape/index.ts";
import {
  type Cleanliness,
  type Counts,
  type MakeRedactor,
  Removed,
  redactionOf,
  searchTape,
  tellRemoved,
  writeClean,
} from "../clean/index.ts";
import type { Call } from "../command.ts";
import { replaceAll, writeWhole } from "../output-file.ts";
import { startProgress } from "../progress.ts";
import { cleanLine } from "../sanitize.ts";
import { configuredSigner, tellSigning } from "../signing.ts";
import { bytesOf, moving, openRecording, stoppable } from "../tape-file.ts";

export async function run(call: Call): Promise<number> {
  const input = call.words[0]!;
  const opened = await openRecording(call, input);
  refuseRunning(opened, input);
  const inPlace = call.flags["in-place"] === true;
  const output = inPlace ? input : ((call.flags["out"] as string | undefined) ?? besideOf(input));
  refuseContradiction(call, opened, input, output);
  const redaction = await redactionOf(call);
  const progress = startProgress(call.stderr, "redacting");
  const total = await bytesOf(opened.files);
  const items = (pass: number) =>
    stoppable(moving(opened.items(), progress, pass * total, 2 * total), call.signal);
  const removed = new Removed();
  const make: MakeRedactor = (onFound) => redaction.redactor(onFound && { onFound });
  const found = await searchTape(withCalls(items(0), opened, removed), make, (each) => removed.add(each));
  if (inPlace) refuseSealed(opened, input);
  const others = inPlace ? copiesOf(opened.files) : [];
  const signer = configuredSigner(call);
  const dropped = inPlace
    ? await replaceParts(call, opened, found, { redaction, signer })
    : await writeOne(call, opened, items(1), found, { redaction, signer }, output);
  tellSigning(call, opened.header.signer?.key, signer);
  for (const other of others) call.stderr.write(`${cleanLine(other)}\n`);
  await tellRemoved(call, { input, output, inPlace, encoding: opened.encoding, dropped }, found, removed);
  return 0;
}

/** What still holds the originals of files that are replaced, as sentences. */
function copiesOf(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const { nlink } = statSync(file);
    const says =
      nlink > 1 ? [`${basename(file)} has another name (a hard link) that still holds the original`] : [];
    const kept = [`${file}.orig`, `${file}.age`].filter((path) => existsSync(path));
    return [...says, ...kept.map((path) => `${basename(path)} still holds the original`)];
  });
}

/** The items, while `removed` is told to which call each belongs. */
async function* withCalls(
  items: AsyncIterable<TapeItem>,
  { header }: OpenedTape,
  removed: Removed,
): AsyncGenerator<TapeItem, void, void> {
  const list = new CallList({ header, tape: "", nowMs: 0 });
  for await (const item of items) {
    const seen = item.kind === "event" ? list.see(item.event) : [];
    for (const _row of list.ready());
    removed.call = seen.length === 1 ? seen[0]!.n : undefined;
    yield item;
  }
}

/** `a.tape.jsonl`, `a.0001.tape.jsonl` and `a.vcr` become `a.redacted.tape.jsonl`. */
function besideOf(input: string): string {
  const name = basename(input)
    .replace(/\.age$/, "")
    .replace(/(\.0*1)?\.tape\.jsonl$|\.vcr$|\.jsonl$/, "");
  return join(dirname(input), `${name}.redacted.tape.jsonl`);
}

/** What is still being written has no end yet, and its recorder would go on in a file that nobody has. */
function refuseRunning({ header: { recorder } }: OpenedTape, file: string): void {
  if (!recorder || !isRunning(recorder)) return;
  const hint = `process ${recorder.pid} writes it`;
  throw new ReelwireError("RW3014", { with: { hint }, where: [["file", file]] });
}

/** A cleaned tape in the place of an encrypted one would be a plain one that nobody asked for. */
function refuseSealed({ files, content }: OpenedTape, input: string): void {
  if (!files.some((file) => content.sealOf(file))) return;
  const hint = "it is encrypted: write the cleaned tape elsewhere, and encrypt that";
  throw new ReelwireError("RW1006", { with: { first: "--in-place", second: input, hint } });
}

function refuseContradiction(call: Call, { encoding }: OpenedTape, input: string, output: string): void {
  const contradiction = (first: string, second: string, hint: string): ReelwireError =>
    new ReelwireError("RW1006", { with: { first, second, hint } });
  if (call.flags["in-place"]) {
    const { out } = call.flags;
    if (out !== undefined) throw contradiction("--in-place", `-o ${String(out)}`, "leave one of them out");
    if (encoding === "vcr")
      throw contradiction(
        "--in-place",
        input,
        "a .vcr is written as a tape: leave --in-place out, then delete it",
      );
  } else if (/\.vcr$/.test(output)) {
    const hint = "a cleaned recording is a tape: name it .tape.jsonl, and convert it afterwards";
    throw contradiction("redact", `-o ${output}`, hint);
  } else if (resolve(call.cwd, input) === resolve(call.cwd, output))
    throw contradiction("the tape", `-o ${output}`, "to replace the tape itself: --in-place");
}

interface Keys {
  readonly redaction: Redaction;
  readonly signer: TapeSigner | undefined;
}

/** One new tape, whatever the recording was. */
async function writeOne(
  call: Call,
  opened: OpenedTape,
  items: AsyncIterable<TapeItem>,
  found: Cleanliness,
  { redaction, signer }: Keys,
  output: string,
): Promise<number> {
  const joins = opened.files.length > 1;
  const member = (key: string, json: string): string | undefined =>
    joins && (key === "part" || key === "previous") ? undefined : json;
  const { dropped } = await writeWhole(resolve(call.cwd, output), call.flags["force"] === true, (sink) =>
    writeClean(items, found, redaction.redactor(), sink, {
      facts: redaction.facts,
      signer,
      member,
      copies: !joins,
      closes: opened.encoding === "jsonl",
    }),
  );
  return dropped;
}

/** Each file of the recording anew. No copy of what it was is kept: a copy would hold the secrets. */
async function replaceParts(
  call: Call,
  { files }: OpenedTape,
  found: Cleanliness,
  { redaction, signer }: Keys,
): Promise<number> {
  const redactor = redaction.redactor();
  let dropped = 0;
  let previous: string | undefined;
  await replaceAll(files, async (file, sink) => {
    const part = files.length > 1 ? Number(/\.(\d+)\.tape\.jsonl$/.exec(file)?.[1]) : undefined;
    const items = partOf(stoppable(readTape(fileBytes(file), { name: file }), call.signal), part);
    const counts = part === undefined ? found : (found.parts.get(part) ?? nothing);
    const member = (key: string, json: string): string =>
      key === "previous" && previous !== undefined ? JSON.stringify(previous) : json;
    const { facts } = redaction;
    const written = await writeClean(items, { ...found, ...counts }, redactor, sink, {
      facts,
      signer,
      member,
      copies: true,
      closes: true,
    });
    previous = written.endHash;
    dropped += written.dropped;
  });
  return dropped;
}

const nothing: Counts = { count: 0, kinds: new Map() };

/** Items as they are numbered when all parts are read as one. */
async function* partOf(
  items: AsyncIterable<TapeItem>,
  part: number | undefined,
): AsyncGenerator<TapeItem, void, void> {
  for await (const item of items)
    yield item.kind === "header" || part === undefined ? item : { ...item, part };
}
