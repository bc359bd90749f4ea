/**
 * The text form of a dialogue with a conversation: what each line means, and how events and effects are spelled.
 * Pairs with `playbook.ts`, which plays it.
 */
import { assert } from "../base/index.ts";
import type { CoreEvent, Effect, LinkEvent, Port, SideFacts } from "../core/index.ts";
import { type Message, parseMessage } from "../protocol/index.ts";

/** What a line of a dialogue does; every line also stands in the transcript as `text`. */
export type Line =
  | { readonly kind: "event"; readonly text: string; readonly event: (at: number) => LinkEvent }
  | {
      readonly kind: "answer";
      readonly text: string;
      readonly ask: number | undefined;
      readonly value: unknown;
    }
  | { readonly kind: "pass"; readonly text: string; readonly ms: number }
  | { readonly kind: "end"; readonly text: string; readonly reason: string }
  /** `<<`, `!!` or `==`: expected, not done. */
  | { readonly kind: "expected"; readonly text: string };

/** Reads a dialogue; blank lines and lines that begin with `#` say nothing. */
export function parseDialogue(text: string): Line[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map(parseLine);
}

/** An effect as a line. */
export function effectLine(effect: Effect): string {
  switch (effect.kind) {
    case "send":
      return `<< ${effect.port} ${textOf(effect.message)}`;
    case "close":
      return `<< ${effect.port} close${factsText(effect.facts)}`;
    case "write":
      return `<< write ${eventText(effect.event)}`;
    case "ask":
      return `<< ask ${JSON.stringify(effect.question)}`;
    case "wait":
      return `<< wait ${effect.ms} ms`;
  }
}

/** A link event as a line says it, without the arrow. */
export function eventText(event: Exclude<CoreEvent, { kind: "answered" }>): string {
  if (event.kind === "received") return `${event.port} ${textOf(event.message)}`;
  return `${event.port} ${event.kind}${factsText(event.facts)}`;
}

function parseLine(line: string): Line {
  const [arrow = "", first = "", rest = ""] = words(line);
  if (arrow === "<<" || arrow === "!!" || arrow === "==") return { kind: "expected", text: respaced(line) };
  const bare = arrow !== ">>";
  const [port, said] = bare ? [arrow, line.slice(arrow.length).trim()] : [first, rest];
  if (!bare && port === "answer") return answerLine(said);
  if (!bare && port === "end")
    return { kind: "end", text: `>> end ${said}`, reason: String(json(said, line)) };
  const time = /^>> ([\d.]+) ms pass$/.exec(respaced(line));
  if (time) return { kind: "pass", text: respaced(line), ms: Number(time[1]) };
  const happened = /^(opened|closed)\b\s*(\{.*\})?$/.exec(said);
  if (happened)
    return sideLine(port, happened[1] as "opened" | "closed", json(happened[2] ?? "{}", line) as SideFacts);
  const message = bare ? undefined : parseMessage(said);
  assert(message, `a line of a dialogue is an event, an effect or a comment: ${line}`);
  return {
    kind: "event",
    text: `>> ${port} ${said}`,
    event: (at) => ({ kind: "received", at, port, message }),
  };
}

function sideLine(port: Port, kind: "opened" | "closed", facts: SideFacts): Line {
  return {
    kind: "event",
    text: `>> ${port} ${kind}${factsText(facts)}`,
    event: (at) => ({ kind, at, port, facts }),
  };
}

/** `answer VALUE` answers the oldest open question, `answer #N VALUE` the N-th of the dialogue. */
function answerLine(said: string): Line {
  const [, number, value = ""] = /^(?:#(\d+)\s+)?(.*)$/.exec(said)!;
  const ask = number === undefined ? undefined : Number(number);
  return { kind: "answer", text: `>> answer ${said}`, ask, value: json(value, `>> answer ${said}`) };
}

function json(text: string, line: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    assert(false, `a line of a dialogue says its value as JSON: ${line}`);
  }
}

/** Arrow, first word, the rest as it stands. */
function words(line: string): string[] {
  return /^(\S+)\s*(\S*)\s*(.*)$/s.exec(line)?.slice(1) ?? [];
}

/** The same line with one blank after each of its leading words; its value keeps its blanks. */
function respaced(line: string): string {
  const value = line.search(/["{[]/);
  const head = value < 0 ? line : line.slice(0, value);
  return head.replace(/\s+/g, " ") + (value < 0 ? "" : line.slice(value));
}

function factsText(facts: SideFacts): string {
  const text = JSON.stringify(facts);
  return text === "{}" ? "" : ` ${text}`;
}

function textOf(message: Message): string {
  return message.text.trim();
}
