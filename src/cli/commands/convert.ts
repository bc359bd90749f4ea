/** `convert`: writes a tape in another format, and says what that format cannot hold. */
import { resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import {
  type FileSink,
  type OpenedTape,
  type TapeItem,
  type TapeSigner,
  TapeWriter,
  writeVcr,
} from "../../tape/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { writeWhole } from "../output-file.ts";
import { startProgress } from "../progress.ts";
import { cleanLine } from "../sanitize.ts";
import { configuredSigner, tellSigning } from "../signing.ts";
import { styleFor } from "../style.ts";
import { bytesOf, moving, openTape } from "../tape-file.ts";
import { sizeText } from "../units.ts";

type Format = OpenedTape["encoding"];

/** Something that the output does not hold. */
interface Loss {
  readonly what: string;
  readonly count: number;
  readonly says: string;
}

export async function run(call: Call): Promise<number> {
  const input = call.words[0]!;
  const output = outputOf(call);
  const format = formatOf(call, output);
  const opened = await openTape(call, input);
  const file = resolve(call.cwd, output);
  const { losses, bytes } = await writeWhole(file, call.flags["force"] === true, async (sink) => ({
    losses: await write(call, opened, format, sink),
    bytes: sink.size,
  }));
  await tell(call, { input, output, format, bytes, losses });
  return 0;
}

function outputOf(call: Call): string {
  const word = call.words[1];
  const flag = call.flags["out"] as string | undefined;
  if (word !== undefined && flag !== undefined)
    throw new ReelwireError("RW1006", {
      with: { first: word, second: `-o ${flag}`, hint: "name the output once" },
    });
  const output = word ?? flag;
  if (output !== undefined) return output;
  const usage = "reelwire convert IN OUT";
  throw new ReelwireError("RW1005", { with: { command: "convert", what: "an output file", usage } });
}

function formatOf(call: Call, output: string): Format {
  const given = call.flags["format"] as Format | undefined;
  const named = output.endsWith(".vcr") ? "vcr" : output.endsWith(".jsonl") ? "jsonl" : undefined;
  if (given && named && given !== named) {
    const hint = "leave --format out, or give the file another ending";
    throw new ReelwireError("RW1006", { with: { first: `--format ${given}`, second: output, hint } });
  }
  const format = given ?? named;
  if (format) return format;
  if (/\.(cbor|zst|gz)$/.test(output))
    throw new ReelwireError("RW3011", {
      with: { hint: "name the output .tape.jsonl or .vcr" },
      where: [["file", output]],
    });
  const wants = "a name that ends in .tape.jsonl or .vcr, or --format";
  throw new ReelwireError("RW1004", { with: { flag: "convert", value: output, wants } });
}

async function write(
  call: Call,
  opened: OpenedTape,
  format: Format,
  sink: FileSink,
): Promise<readonly Loss[]> {
  const progress = startProgress(call.stderr, "converting");
  const total = await bytesOf(opened.files);
  const items = () => moving(opened.items(), progress, 0, total);
  const signer = format === "vcr" ? undefined : configuredSigner(call);
  const losses = await (format === "vcr" ? writeVcr(items, sink) : writeTape(items(), opened, sink, signer));
  tellSigning(call, opened.header.signer?.key, signer);
  return losses;
}

/** Copies lines as they stand where that is possible: one file stays the same text, apart from its checkpoints. */
async function writeTape(
  items: AsyncIterable<TapeItem>,
  opened: OpenedTape,
  sink: FileSink,
  signer: TapeSigner | undefined,
): Promise<Loss[]> {
  const joins = opened.files.length > 1;
  const losses = new Map<string, Loss>();
  let writer: TapeWriter | undefined;
  let ended = false;
  let at = 0;
  for await (const item of items) {
    if (item.kind === "header") writer = writerOf(item, joins, sink, signer);
    else if (item.kind === "damaged") add(losses, "unreadable-lines", "lines of the tape could not be read");
    else {
      at = Math.max(at, item.event.at);
      const { payload } = item.event;
      if (payload.kind === "end") ended = true;
      if (payload.kind === "note" && payload.note.what.startsWith("import-"))
        add(losses, payload.note.what, payload.note.says);
      if (payload.kind === "end" || payload.kind === "mark") continue;
      if (item.bytes && !joins) writer?.copy(withLineEnd(item.bytes), item.event.at);
      else writer?.write(item.event);
    }
  }
  if (!ended && opened.encoding === "jsonl") {
    const says = "the tape that this was converted from had no end";
    writer?.write({ at, payload: { kind: "note", note: { what: "unfinished", says } } });
    add(losses, "unfinished", says);
  }
  writer?.end(at);
  return [...losses.values()];
}

function writerOf(
  item: TapeItem & { kind: "header" },
  joins: boolean,
  sink: FileSink,
  signer: TapeSigner | undefined,
): TapeWriter {
  const { part: _part, previous: _previous, ...header } = item.header;
  if (joins) return new TapeWriter(sink, header, { signer });
  const headerLine = item.bytes.length > 0 ? { headerLine: withLineEnd(item.bytes) } : {};
  return new TapeWriter(sink, item.header, { ...headerLine, signer });
}

function withLineEnd(line: Uint8Array): Uint8Array {
  const whole = new Uint8Array(line.length + 1);
  whole.set(line);
  whole[line.length] = 0x0a;
  return whole;
}

function add(losses: Map<string, Loss>, what: string, says: string): void {
  losses.set(what, { what, says, count: (losses.get(what)?.count ?? 0) + 1 });
}

interface Done {
  readonly input: string;
  readonly output: string;
  readonly format: Format;
  readonly bytes: number;
  readonly losses: readonly Loss[];
}

async function tell(call: Call, done: Done): Promise<void> {
  const style = styleFor(call.env, call.stderr);
  for (const { count, says } of done.losses)
    call.stderr.write(`${style.yellow("lost")}  ${count}  ${cleanLine(says)}\n`);
  const out = new Output(call);
  if (call.flags["json"]) {
    const json = new JsonOutput(out);
    for (const [key, value] of Object.entries(done)) await json.member(key, value);
    await json.end();
  } else await out.line(`${cleanLine(done.output)}  ${sizeText(done.bytes)}`);
  await out.flush();
}
