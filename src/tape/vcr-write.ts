/**
 * Writes a tape as a `.vcr` recording that both original readers accept, in two passes and a call at a time. The
 * format holds less than a tape: what could not be written is counted, never dropped in silence.
 */
import { encodeUtf8 } from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import type { TapeEvent, TapeHeader } from "./format.ts";
import { type JsonNode, jsonText, printBreak, printJson, printKey } from "./json-print.ts";
import { LineBuffer } from "./line-buffer.ts";
import type { TapeItem } from "./reader.ts";
import { cleanNotification, cleanRequest, cleanResponse, isObject } from "./vcr-clean.ts";
import { answers, findHandshake, type Handshake, isInitialize, placeholder } from "./vcr-handshake.ts";
import { type Loss, Losses } from "./vcr-losses.ts";
import { type AnsweredCall, type PairLimits, Pairs } from "./vcr-pairs.ts";
import { tagsWith } from "./vcr-tags.ts";
import { formatWallTime, parseWallTime } from "./wall-time.ts";
import type { Sink } from "./writer.ts";

/** How much is gathered before the sink is called, in bytes. */
const bufferBytes = 64 * 1024;

export interface VcrWriteOptions {
  readonly pairs?: PairLimits;
}

/** `open` gives the tape from its header on, each time it is called: it is read twice. Returns what was lost. */
export async function writeVcr(
  open: () => AsyncIterable<TapeItem>,
  out: Sink,
  options: VcrWriteOptions = {},
): Promise<readonly Loss[]> {
  const losses = new Losses();
  const handshake = await findHandshake(open());
  const file = new VcrFile(out, handshake, losses);
  const pairs = new Pairs(losses, options.pairs);
  const filter = new CallFilter(handshake, pairs, losses);
  for await (const item of open()) {
    const call = filter.see(item);
    if (call !== undefined) file.call(call);
  }
  pairs.end();
  file.end();
  return losses.list();
}

/** Turns the lines of a tape into answered calls, and counts the rest. */
class CallFilter {
  readonly #handshake: Handshake;
  readonly #pairs: Pairs;
  readonly #losses: Losses;
  /** Whether the handshake's own messages were passed by. */
  #asked = false;
  #answered = false;
  /** The ids of later handshakes, whose answers are no loss of their own. */
  readonly #laterHandshakes = new Set<string>();

  constructor(handshake: Handshake, pairs: Pairs, losses: Losses) {
    this.#handshake = handshake;
    this.#pairs = pairs;
    this.#losses = losses;
  }

  see(item: TapeItem): AnsweredCall | undefined {
    if (item.kind === "damaged") return void this.#losses.add("unreadable-lines");
    if (item.kind === "header") return undefined;
    const { event } = item;
    const { payload } = event;
    if (payload.kind !== "msg") return void this.#countLine(event);
    if (event.more?.some(([key]) => key === "redacted")) this.#losses.add("redacted-numbers");
    if (event.sse !== undefined) this.#losses.add("sse");
    if ((event.conn ?? 0) !== this.#handshake.conn) return void this.#losses.add("conversations");
    if (payload.message.kind === "batch") return void this.#losses.add("batches");
    if (event.dir === "c2s") return void this.#fromClient(payload.message, event.at);
    if (event.dir === "s2c") return this.#fromServer(payload.message, event.at);
    return void this.#losses.add("odd-messages");
  }

  #fromClient(message: Message, at: number): void {
    if (message.kind === "notification") this.#losses.add("client-notifications");
    else if (message.kind === "other") this.#losses.add("odd-messages");
    if (message.kind !== "request") return;
    if (!isInitialize(message)) this.#pairs.asked(message, at);
    else if (!this.#asked) this.#asked = true;
    else {
      this.#losses.add("handshakes");
      this.#laterHandshakes.add(message.idKey!);
    }
  }

  #fromServer(message: Message, at: number): AnsweredCall | undefined {
    if (message.kind === "notification") return void this.#pairs.notified(message);
    if (message.kind === "request") return void this.#losses.add("server-requests");
    if (message.kind !== "response") return void this.#losses.add("odd-messages");
    const { request } = this.#handshake;
    if (!this.#answered && this.#asked && request !== undefined && answers(message, request)) {
      this.#answered = true;
      return undefined;
    }
    const call = this.#pairs.answered(message, at);
    const isLater = call === undefined && this.#laterHandshakes.delete(message.idKey ?? "");
    if (call === undefined && !isLater) this.#losses.add("unasked-answers");
    return call;
  }

  #countLine({ payload, sse }: TapeEvent): void {
    if (payload.kind === "stderr") this.#losses.add("stderr");
    else if (payload.kind === "text") this.#losses.add("noise");
    else if (payload.kind === "bytes") this.#losses.add(payload.on === "stderr" ? "stderr" : "noise");
    else if (payload.kind === "open" || payload.kind === "close") this.#losses.add("processes");
    else if (payload.kind === "note") this.#losses.add("notes", isImportNote(payload.note.what) ? 0 : 1);
    else if (payload.kind === "sse" || sse !== undefined) this.#losses.add("sse");
    else if (payload.kind === "other")
      this.#losses.add(payload.key === "http" || payload.key === "fin" ? "http" : "other-lines");
  }
}

/** What an importer said about its source is no loss of this tape. */
function isImportNote(what: string): boolean {
  return what === "imported" || what.startsWith("import-");
}

/** The file itself, from its first brace to its last. */
class VcrFile {
  readonly #out: Sink;
  readonly #losses: Losses;
  readonly #buffer = new LineBuffer(bufferBytes);
  readonly #startMicros: number;
  #sequence = 0;

  constructor(out: Sink, handshake: Handshake, losses: Losses) {
    this.#out = out;
    this.#losses = losses;
    this.#startMicros = parseWallTime(handshake.header.startedAt)?.micros ?? 0;
    this.#begin(handshake);
  }

  call(call: AnsweredCall): void {
    const request = cleanRequest(call.request, this.#losses);
    if (request === undefined) return;
    const notifications = call.notifications.map((one) => cleanNotification(one, this.#losses));
    this.#losses.add("notification-times", notifications.length);
    const interaction: JsonNode = {
      fields: [
        ["sequence", jsonText(this.#sequence)],
        ["timestamp", this.#time(call.answeredAt)],
        ["direction", jsonText("client_to_server")],
        ["request", request],
        ["response", cleanResponse(call.response, this.#losses)],
        ["notifications", { items: notifications }],
        ["latency_ms", jsonText((call.answeredAt - call.askedAt) / 1000)],
      ],
    };
    this.#text(this.#sequence++ === 0 ? "" : ",");
    printBreak(this.#buffer, 3);
    printJson(this.#buffer, interaction, 3);
    if (this.#buffer.length >= bufferBytes) this.#flush();
  }

  end(): void {
    if (this.#sequence > 0) printBreak(this.#buffer, 2);
    this.#text("]\n  }\n}");
    this.#flush();
  }

  /** Everything up to the first interaction. */
  #begin(handshake: Handshake): void {
    if (handshake.response === undefined) this.#losses.add("handshake");
    const asked = handshake.request && cleanRequest(handshake.request, this.#losses);
    const request = asked ?? cleanRequest(placeholder.request, this.#losses)!;
    const id = (asked && handshake.request?.id) ?? "0";
    const response = (asked && handshake.response) ?? placeholder.response(id);
    const session: [string, JsonNode][] = [
      ["initialize_request", request],
      ["initialize_response", cleanResponse(response, this.#losses)],
      ["capabilities", objectAt(response, "result", "capabilities")],
    ];
    this.#text('{\n  "format_version": "1.0.0",\n  "metadata": ');
    printJson(this.#buffer, this.#metadata(handshake), 1);
    this.#text(',\n  "session": {');
    for (const [key, value] of session) {
      printBreak(this.#buffer, 2);
      printKey(this.#buffer, key);
      printJson(this.#buffer, value, 2);
      this.#text(",");
    }
    this.#text('\n    "interactions": [');
  }

  #metadata({ header, request, response }: Handshake): JsonNode {
    for (const key of ["name", "run", "capture"] as const)
      if (header[key] !== undefined) this.#losses.add("header");
    const [command, ...args] = header.server?.command ?? [];
    const fields: [string, JsonNode][] = [
      ["version", jsonText("1.0.0")],
      ["recorded_at", this.#time(0)],
      ["transport", jsonText(this.#transport(header))],
      ["client_info", objectAt(request, "params", "clientInfo")],
      ["server_info", objectAt(response, "result", "serverInfo")],
    ];
    if (command !== undefined) fields.push(["server_command", jsonText(command)]);
    fields.push(["server_args", jsonText(args)], ["tags", jsonText(tagsWith(header))]);
    if (header.sessionId !== undefined) fields.push(["session_id", jsonText(header.sessionId)]);
    if (header.endpointId !== undefined) fields.push(["endpoint_id", jsonText(header.endpointId)]);
    if (header.agentId !== undefined) fields.push(["agent_id", jsonText(header.agentId)]);
    return { fields };
  }

  #transport(header: TapeHeader): "stdio" | "sse" {
    const transport = header.server?.transport ?? "stdio";
    if (transport === "stdio") return "stdio";
    if (transport !== "sse") this.#losses.add("transport");
    return "sse";
  }

  #time(at: number): Uint8Array {
    return jsonText(formatWallTime(this.#startMicros + at));
  }

  #text(text: string): void {
    const bytes = encodeUtf8(text);
    this.#buffer.reserve(bytes.length);
    this.#buffer.raw(bytes);
  }

  #flush(): void {
    this.#out.write(this.#buffer.view());
    this.#buffer.clear();
  }
}

/** The text of an object within a message, or an empty one. */
function objectAt(message: Message | undefined, ...path: readonly string[]): Uint8Array {
  const text = message?.rawAt(...path);
  const bytes = text === undefined ? undefined : encodeUtf8(text);
  return isObject(bytes) ? bytes : encodeUtf8("{}");
}
