/** Tapes written as dialogues, and a live conversation with their replay as a playbook. */
import { Assignment, type BytesAt, type MatchOptions, matchRules } from "../../src/match/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import {
  type Critic,
  type Inexact,
  type Miss,
  Player,
  type PlayOptions,
  replayLayer,
  TapeMap,
} from "../../src/replay/index.ts";
import type { TapeEvent } from "../../src/tape/index.ts";
import { playbook } from "../../src/testing/index.ts";

/** What a test may set; the rest is as on the command line. */
export interface Settings extends Partial<Omit<PlayOptions, "delay">>, MatchOptions {
  readonly speed?: number;
  /** Lines of the tape that are known at first; the rest comes when it is asked for. */
  readonly known?: number;
}

export interface Findings {
  readonly misses: Miss[];
  readonly inexact: Inexact[];
}

/**
 * The events of a tape: a line each, `> MESSAGE` from the client, `< MESSAGE` from the server, `10 ms` before what comes
 * 10 ms later, `> closed` and `< closed` for the ends, `#` comments. `> n METHOD PARAMS` and `< n RESULT` are short for
 * a request and its result.
 */
export function events(text: string): TapeEvent[] {
  let at = 0;
  const found: TapeEvent[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    const pause = /^([\d.]+) ms$/.exec(line);
    if (pause) at += Number(pause[1]) * 1000;
    const said = /^([<>]) (.*)$/.exec(line);
    if (!said) continue;
    const dir = said[1] === ">" ? "c2s" : "s2c";
    if (said[2] === "closed") {
      found.push({ at, payload: { kind: "close", close: { side: dir === "c2s" ? "client" : "server" } } });
      continue;
    }
    const message = parseMessage(said[2]!);
    if (!message) throw new Error(`not a message: ${said[2]}`);
    found.push({ at, dir, payload: { kind: "msg", message } });
  }
  return found;
}

/** A map over events in memory, all of it known. */
export function mapOf(tape: readonly TapeEvent[], options: MatchOptions = {}): TapeMap {
  const bytes: Uint8Array[] = [];
  const read = ({ file, offset, length }: BytesAt): Uint8Array => bytes[file]!.subarray(offset, offset + length);
  const map = new TapeMap(matchRules(options), read);
  const whole: Uint8Array[] = [];
  let offset = 0;
  for (const event of tape) {
    if (event.payload.kind !== "msg") {
      map.add(event, undefined);
      continue;
    }
    const own = event.payload.message.bytes;
    whole.push(own);
    map.add(event, { file: 0, offset, length: own.length });
    offset += own.length;
  }
  bytes.push(Buffer.concat(whole));
  map.end();
  return map;
}

export function options(settings: Settings = {}): PlayOptions {
  const { speed = 0 } = settings;
  return {
    repeat: "error",
    onMiss: "error",
    answers: "ask",
    strictOrder: false,
    silenceMs: 20,
    single: true,
    delay: (ms) => (speed === 0 ? 0 : ms / speed),
    ...settings,
  };
}

export function playerOf(map: TapeMap, settings: Settings = {}): { player: Player; findings: Findings } {
  const findings: Findings = { misses: [], inexact: [] };
  const critic: Critic = {
    miss: (miss) => findings.misses.push(miss),
    inexact: (inexact) => findings.inexact.push(inexact),
  };
  const all = options(settings);
  return { player: new Player(map, all, critic, new Assignment(all.repeat)), findings };
}

/** Replays a tape, given as a dialogue, to a live dialogue. */
export function replayed(
  tape: string,
  settings: Settings = {},
): { live: (text: TemplateStringsArray, ...values: unknown[]) => void; findings: Findings; player: Player } {
  const { player, findings } = playerOf(mapOf(events(tape), settings), settings);
  return { live: playbook([replayLayer(player)]), findings, player };
}

