/**
 * `show TAPE N`: one call in full. The tape is read to its end, because answers and progress may come late; only
 * the messages of this call are kept.
 */
import { ReelwireError } from "../base/index.ts";
import type { Exchange, ExchangeDeed } from "../core/index.ts";
import { CallList, type CallRow, type Seen, stateOf } from "../library/index.ts";
import type { TapeItem } from "../tape/index.ts";
import type { Call } from "./command.ts";
import { JsonOutput, jsonObject } from "./json-output.ts";
import { Output } from "./output.ts";
import { prettyLines } from "./pretty.ts";
import { startProgress } from "./progress.ts";
import { cleanJson, cleanLine } from "./sanitize.ts";
import { callJson, callTitle, callTrail, statusPaint } from "./show-row.ts";
import { styleFor } from "./style.ts";
import { headerJson, tapeItems } from "./tape-file.ts";
import { clockText } from "./units.ts";

/** Messages of one call that are kept, and requests of the other side meanwhile; the rest is counted. */
const messagesMax = 1000;
const nestedMax = 200;

interface Part {
  readonly at: number;
  readonly deed: ExchangeDeed;
  readonly json: string;
}

interface Whole {
  readonly headerJson: string;
  readonly row: CallRow;
  readonly parts: readonly Part[];
  readonly leftOut: number;
  /** Requests of the other side in the same conversation while the call was open. */
  readonly nested: readonly CallRow[];
}

export async function showCall(call: Call, path: string, n: number): Promise<number> {
  const whole = await collect(call, path, n);
  const out = new Output(call);
  if (call.flags["json"]) await printJson(out, path, whole);
  else if (call.flags["raw"])
    for (const { json } of whole.parts) await out.line(call.stdout.isTTY ? cleanJson(json) : json);
  else await printText(call, out, whole);
  await out.flush();
  return 0;
}

async function collect(call: Call, path: string, n: number): Promise<Whole> {
  const follow = new Follower(n);
  for await (const item of tapeItems(call, path, startProgress(call.stderr, "reading"))) {
    if (item.kind === "header") follow.begin(item, path);
    else if (item.kind === "event") follow.see(item.event);
  }
  return follow.whole(path);
}

type Event = Parameters<CallList["see"]>[0];

class Follower {
  readonly #n: number;
  #headerJson = "null";
  #list: CallList | undefined;
  #row: CallRow | undefined;
  #exchange: Exchange | undefined;
  #parts: Part[] = [];
  #leftOut = 0;
  #open: { conn: number; dir: string } | undefined;
  #inside = new Set<number>();
  #nested: CallRow[] = [];

  constructor(n: number) {
    this.#n = n;
  }

  begin(item: TapeItem & { kind: "header" }, tape: string): void {
    this.#headerJson = headerJson(item);
    this.#list = new CallList({ header: item.header, tape, nowMs: 0 });
  }

  see(event: Event): void {
    const list = this.#list!;
    for (const seen of list.see(event)) this.#seen(seen, event);
    for (const row of list.ready()) this.#keep(row);
  }

  whole(path: string): Whole {
    for (const row of this.#list?.rest() ?? []) this.#keep(row);
    const calls = this.#list?.count ?? 0;
    if (!this.#row || !this.#exchange) {
      const facts = { call: this.#n, calls, file: path };
      throw new ReelwireError("RW3009", { with: facts, where: [["file", path]] });
    }
    const nested = this.#nested;
    return {
      headerJson: this.#headerJson,
      row: { ...this.#row, ...stateOf(this.#exchange) },
      parts: this.#parts,
      leftOut: this.#leftOut,
      nested,
    };
  }

  #keep(row: CallRow): void {
    if (row.n === this.#n) this.#row = row;
    else if (this.#inside.delete(row.n)) this.#nested.push(row);
  }

  #seen({ n, change }: Seen, event: Event): void {
    const conn = event.conn ?? 0;
    if (change.what === "unsolicited" || change.what === "evicted") return;
    if (n !== this.#n) {
      const meanwhile = this.#open && this.#open.conn === conn && this.#open.dir !== change.exchange.dir;
      if (
        meanwhile &&
        change.what === "opened" &&
        n !== undefined &&
        this.#nested.length + this.#inside.size < nestedMax
      )
        this.#inside.add(n);
      return;
    }
    this.#exchange = change.exchange;
    if (change.what === "opened") this.#open = { conn, dir: change.exchange.dir };
    if (change.what === "answered" || change.what === "cancelled") this.#open = undefined;
    if (this.#parts.length >= messagesMax) this.#leftOut++;
    else this.#parts.push({ at: event.at, deed: change.what, json: change.message.text });
  }
}

async function printJson(out: Output, path: string, whole: Whole): Promise<void> {
  const object = new JsonOutput(out);
  await object.member("file", path);
  await object.raw("header", whole.headerJson);
  await object.raw("call", callJson(whole.row));
  await object.openList("messages");
  for (const { at, deed, json } of whole.parts)
    await object.item(jsonObject({ at: String(at), what: JSON.stringify(deed), message: json }));
  await object.closeList();
  await object.member("messagesLeftOut", whole.leftOut);
  await object.openList("nested");
  for (const row of whole.nested) await object.item(callJson(row));
  await object.closeList();
  await object.end();
}

const titles: Readonly<Record<ExchangeDeed, string>> = {
  opened: "request",
  progress: "progress",
  related: "notification",
  cancelled: "cancelled",
  answered: "answer",
  late: "late",
};

async function printText(call: Call, out: Output, whole: Whole): Promise<void> {
  const style = styleFor(call.env, call.stdout);
  const { row } = whole;
  await out.line(
    `${style.bold(`call ${row.n}  ${cleanLine(callTitle(row))}`)}  ${statusPaint(style, row.status)(callTrail(row))}`,
  );
  for (const { at, deed, json } of whole.parts) {
    await out.line();
    await out.line(style.cyan(`${titles[deed]}  ${clockText(at)} s`));
    for (const line of prettyLines(json)) await out.line(cleanJson(line));
    if (deed === "opened") await printNested(out, whole.nested, style.dim);
  }
  if (whole.leftOut > 0) await out.line(`\n${whole.leftOut} more messages of this call are not shown`);
}

async function printNested(
  out: Output,
  nested: readonly CallRow[],
  dim: (text: string) => string,
): Promise<void> {
  if (nested.length === 0) return;
  await out.line();
  await out.line(dim("meanwhile the other side asked"));
  for (const row of nested)
    await out.line(`  call ${row.n}  ${cleanLine(callTitle(row))}  ${callTrail(row)}`);
}
