/** `show TAPE --all`, `--stderr` and `--noise`: lines of the tape as they stand, one after the other. */
import { decodeLoosely } from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import { encodeEvent, encodeHeader, type Payload, type TapeEvent, type TapeItem } from "../tape/index.ts";
import type { Call } from "./command.ts";
import { JsonOutput, jsonObject } from "./json-output.ts";
import { Output } from "./output.ts";
import { startProgress } from "./progress.ts";
import { cleanJson, cleanText } from "./sanitize.ts";
import { styleFor } from "./style.ts";
import { Table } from "./table.ts";
import { headerJson, tapeItems } from "./tape-file.ts";
import { clockText, sizeText } from "./units.ts";

export type Stream = "stderr" | "noise";

/** How much of a line's content the overview shows, in columns. */
const contentWidthMax = 100;
const contentCharsMax = 1000;

/** What one stream of the server said, as it said it. */
export async function showStream(call: Call, path: string, stream: Stream): Promise<number> {
  const progress = startProgress(call.stderr, "reading");
  const out = new Output(call, progress.end);
  const json = call.flags["json"] ? new JsonOutput(out) : undefined;
  for await (const item of tapeItems(call, path, progress)) {
    if (item.kind === "header") {
      await json?.member("file", path);
      await json?.raw("header", headerJson(item));
      await json?.openList(stream);
    } else if (item.kind === "event") {
      const text = textOn(stream, item.event.payload);
      if (text === undefined) continue;
      if (json) await json.item(JSON.stringify({ at: item.event.at, text }));
      else await out.write(cleanText(text));
    }
  }
  await json?.closeList();
  await json?.end();
  await out.flush();
  return 0;
}

function textOn(stream: Stream, payload: Payload): string | undefined {
  if (payload.kind === "stderr") return stream === "stderr" ? payload.text : undefined;
  if (payload.kind === "text") return stream === "noise" ? ended(payload.text, payload.cut) : undefined;
  if (payload.kind !== "bytes" || (payload.on === "stderr") !== (stream === "stderr")) return undefined;
  const text = decodeLoosely(payload.bytes);
  return stream === "noise" ? ended(text, payload.cut) : text;
}

function ended(line: string, cut: boolean | undefined): string {
  return cut ? line : `${line}\n`;
}

/** Every line of the tape. */
export async function showAll(call: Call, path: string): Promise<number> {
  const out = new Output(call);
  if (call.flags["json"]) await allAsJson(call, path, out);
  else if (call.flags["raw"]) {
    for await (const item of tapeItems(call, path)) {
      const line = lineOf(item);
      await out.line(call.stdout.isTTY ? cleanJson(line) : line);
    }
  } else await allAsTable(call, path, out);
  await out.flush();
  return 0;
}

async function allAsJson(call: Call, path: string, out: Output): Promise<void> {
  const json = new JsonOutput(out);
  for await (const item of tapeItems(call, path)) {
    if (item.kind === "header") {
      await json.member("file", path);
      await json.raw("header", headerJson(item));
      await json.openList("lines");
    } else if (item.kind === "event")
      await json.item(jsonObject({ line: String(item.line), event: lineOf(item) }));
    else await json.item(JSON.stringify({ line: item.line, damaged: item.why }));
  }
  await json.closeList();
  await json.end();
}

async function allAsTable(call: Call, path: string, out: Output): Promise<void> {
  const style = styleFor(call.env, call.stdout);
  const columns = [
    { title: "line", right: true },
    { title: "time", right: true },
    { title: "dir" },
    { title: "what" },
    { title: "content", widthMax: contentWidthMax },
  ];
  const table = new Table(out, columns, style.dim);
  for await (const item of tapeItems(call, path)) {
    if (item.kind === "header") await table.row([String(item.line), "", "", "header", item.header.id]);
    else if (item.kind === "damaged") await table.row([String(item.line), "", "", "damaged", item.why]);
    else await table.row([String(item.line), ...eventCells(item.event)]);
  }
  await table.end();
}

function eventCells(event: TapeEvent): string[] {
  const [what, content] = contentOf(event.payload);
  const conn = event.conn === undefined ? "" : `#${event.conn} `;
  return [clockText(event.at), event.dir ?? "", what, `${conn}${content.slice(0, contentCharsMax)}`];
}

function contentOf(payload: Payload): [what: string, content: string] {
  switch (payload.kind) {
    case "msg":
      return [payload.message.kind, messageContent(payload.message)];
    case "text":
      return ["noise", payload.text];
    case "bytes":
      return [payload.on ?? "noise", `${sizeText(payload.bytes.length)} that are not UTF-8`];
    case "stderr":
      return ["stderr", payload.text];
    case "open":
      return ["open", JSON.stringify(payload.open)];
    case "close":
      return ["close", JSON.stringify(payload.close)];
    case "note":
      return ["note", `${payload.note.what}: ${payload.note.says}`];
    case "mark":
      return ["mark", JSON.stringify(payload.mark)];
    case "end":
      return ["end", JSON.stringify(payload.end)];
    case "sse":
      return ["sse", ""];
    case "other":
      return [payload.key, payload.json];
  }
}

function messageContent(message: Message): string {
  const id = message.id === undefined ? "" : `id ${message.id}  `;
  return `${id}${message.method ?? (message.isError ? "error" : "")}  ${sizeText(message.bytes.length)}`;
}

/** The line as it stands in the file; of an imported recording, as it would be written. */
function lineOf(item: TapeItem): string {
  if (item.kind === "damaged" || item.bytes) return decodeLoosely(item.bytes!);
  const line = item.kind === "header" ? encodeHeader(item.header) : encodeEvent(item.event);
  return decodeLoosely(line.subarray(0, -1));
}
