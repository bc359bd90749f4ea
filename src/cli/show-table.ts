/** `show TAPE`: the header, the calls as they stream by, and what there is to know about the tape. */
import { type Filter, parseFilter } from "../filter/index.ts";
import { CallList, type CallRow } from "../library/index.ts";
import type { OpenedTape, TapeHeader, TapeItem } from "../tape/index.ts";
import type { Call } from "./command.ts";
import { JsonOutput } from "./json-output.ts";
import { Output } from "./output.ts";
import { type Progress, startProgress } from "./progress.ts";
import { cleanLine } from "./sanitize.ts";
import { callCells, callColumns, callJson } from "./show-row.ts";
import { type Style, styleFor } from "./style.ts";
import { Table } from "./table.ts";
import { bytesOf, headerJson, moving, openTape } from "./tape-file.ts";
import { TapeSurvey } from "./tape-survey.ts";
import { countText, durationText } from "./units.ts";

export async function showTable(call: Call, path: string): Promise<number> {
  const text = call.flags["filter"] as string | undefined;
  const filter = text === undefined ? undefined : parseFilter(text);
  // Rows that scroll by say enough by themselves.
  const progress = filter || !call.stdout.isTTY ? startProgress(call.stderr, "reading") : undefined;
  const out = new Output(call, progress?.end);
  const face = call.flags["json"]
    ? new JsonFace(out, path)
    : new TextFace(out, path, styleFor(call.env, call.stdout));
  await listCalls(call, path, { filter, progress }, face);
  await out.flush();
  return 0;
}

type HeaderItem = TapeItem & { kind: "header" };

/** Where the listing goes. */
interface Face {
  begin(item: HeaderItem, encoding: OpenedTape["encoding"]): Promise<void>;
  row(row: CallRow): Promise<void>;
  end(survey: TapeSurvey, list: CallList, shown: number): Promise<void>;
}

interface Listing {
  readonly filter: Filter | undefined;
  readonly progress: Progress | undefined;
}

async function listCalls(call: Call, path: string, { filter, progress }: Listing, face: Face): Promise<void> {
  const opened = await openTape(call, path);
  const total = await bytesOf(opened.files);
  const items = progress ? moving(opened.items(), progress, 0, total) : opened.items();
  const { encoding, header } = opened;
  const survey = new TapeSurvey(encoding);
  const list = new CallList({ header, tape: path, filter, nowMs: Date.now() });
  let shown = 0;
  const print = async (rows: Iterable<CallRow>) => {
    for (const row of rows) {
      shown++;
      await face.row(row);
    }
  };
  for await (const item of items) {
    survey.item(item);
    if (item.kind === "header") await face.begin(item, encoding);
    else if (item.kind === "event") {
      for (const seen of list.see(item.event)) survey.seen(seen);
      await print(list.ready());
    }
  }
  await print(list.rest());
  await face.end(survey, list, shown);
}

class JsonFace implements Face {
  readonly #json: JsonOutput;
  readonly #path: string;

  constructor(out: Output, path: string) {
    this.#json = new JsonOutput(out);
    this.#path = path;
  }

  async begin(item: HeaderItem, encoding: OpenedTape["encoding"]): Promise<void> {
    await this.#json.member("file", this.#path);
    await this.#json.member("encoding", encoding);
    await this.#json.raw("header", headerJson(item));
    await this.#json.openList("calls");
  }

  async row(row: CallRow): Promise<void> {
    await this.#json.item(callJson(row));
  }

  async end(survey: TapeSurvey, list: CallList): Promise<void> {
    await this.#json.closeList();
    await this.#json.member("summary", summaryOf(survey, list));
    await this.#json.member("notes", survey.remarks);
    await this.#json.end();
  }
}

export function summaryOf(survey: TapeSurvey, list: CallList) {
  const { state, lines, messages, notifications, late, unsolicited, noise, stderr, damaged, byStatus } =
    survey;
  const ms = survey.lastAt / 1000;
  const { count: calls, conversations } = list;
  const { client, server, era } = list.facts;
  const names = { client: client ?? null, server: server ?? null, era: era ?? null };
  const counts = { lines, messages, notifications, late, unsolicited, noise, stderr, damaged };
  return { state, ms, calls, byStatus, conversations, ...names, ...counts };
}

class TextFace implements Face {
  readonly #out: Output;
  readonly #path: string;
  readonly #style: Style;
  readonly #table: Table;

  constructor(out: Output, path: string, style: Style) {
    this.#out = out;
    this.#path = path;
    this.#style = style;
    this.#table = new Table(out, callColumns(style), style.dim);
  }

  async begin({ header }: HeaderItem): Promise<void> {
    for (const [label, value] of headerLines(header, this.#path)) await this.#fact(label, value);
    await this.#out.line();
  }

  async row(row: CallRow): Promise<void> {
    await this.#table.row(callCells(row));
  }

  async end(survey: TapeSurvey, list: CallList, shown: number): Promise<void> {
    await this.#table.end();
    if (shown > 0) await this.#out.line();
    const { client, server } = list.facts;
    if (client !== undefined) await this.#fact("client", client);
    if (server !== undefined) await this.#fact("server", server);
    await this.#fact("calls", tally(survey, list.count, shown));
    const aside = asides(survey, list);
    if (aside.length > 0) await this.#fact("also", aside.join(", "));
    for (const { says } of survey.remarks) await this.#fact("note", says, this.#style.yellow);
  }

  #fact(label: string, value: string, paint = this.#style.dim): Promise<void> {
    return this.#out.line(`${paint(label.padEnd(8))}  ${cleanLine(value)}`);
  }
}

function headerLines(header: TapeHeader, path: string): [label: string, value: string][] {
  const { server, tags = {} } = header;
  const lines: [string, string | undefined][] = [
    ["tape", [path, header.name, header.id].filter(Boolean).join("  ")],
    ["recorded", `${header.startedAt}${header.part === undefined ? "" : `  part ${header.part}`}`],
    ["command", server?.command?.join(" ")],
    ["session", header.sessionId],
    ["endpoint", header.endpointId],
    ["agent", header.agentId],
    ["run", header.run],
    [
      "tags",
      Object.entries(tags)
        .map(([key, value]) => `${key}=${value}`)
        .join(" ") || undefined,
    ],
    ["capture", header.capture],
  ];
  return lines.filter((line): line is [string, string] => line[1] !== undefined);
}

function tally(survey: TapeSurvey, calls: number, shown: number): string {
  const words = {
    ok: "ok",
    error: "error",
    tool_error: "tool_error",
    cancelled: "cancelled",
    open: "without answer",
  } as const;
  const parts = Object.entries(words).flatMap(([status, word]) => {
    const count = survey.byStatus[status as keyof typeof words];
    return count > 0 ? [`${count} ${word}`] : [];
  });
  const some = shown < calls ? `${shown} of ${calls} shown` : String(calls);
  return `${some}${parts.length > 0 ? ` (${parts.join(", ")})` : ""} in ${durationText(survey.lastAt)}`;
}

function asides(survey: TapeSurvey, list: CallList): string[] {
  const parts: string[] = [];
  const add = (count: number, one: string, many?: string) =>
    count > 0 && parts.push(countText(count, one, many));
  add(survey.notifications, "notification");
  add(survey.noise, "line of noise (--noise)", "lines of noise (--noise)");
  add(survey.stderr, "piece of stderr (--stderr)", "pieces of stderr (--stderr)");
  add(survey.late, "late message");
  add(survey.unsolicited, "message that nobody asked for", "messages that nobody asked for");
  if (list.conversations > 1) parts.push(countText(list.conversations, "conversation"));
  return parts;
}
