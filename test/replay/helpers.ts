/** Tapes written as dialogues, and a live conversation with their replay as a playbook. */
import type { Layer, Steps } from "../../src/core/index.ts";
import { Assignment, type BytesAt, type MatchOptions, matchRules } from "../../src/match/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import {
  type Critic,
  type Inexact,
  type Miss,
  Player,
  type PlayOptions,
  readOn,
  replayLayer,
  TapeMap,
  unusedCalls,
} from "../../src/replay/index.ts";
import type { TapeEvent } from "../../src/tape/index.ts";
import { playbook } from "../../src/testing/index.ts";

/** What a test may set; the rest is as on the command line. */
export interface Settings extends Partial<Omit<PlayOptions, "delay">>, MatchOptions {
  readonly speed?: number;
  /**
   * Lines of the tape that are known at first. The dialogue then says `<< ask {"what":"read on"}` and
   * `>> answer MICROSECONDS`, and each time one line more is known, at last that there are no more.
   */
  readonly known?: number;
}

export interface Findings {
  readonly misses: Miss[];
  readonly inexact: Inexact[];
}

/**
 * A message in short: `ID METHOD PARAMS` a request, `METHOD PARAMS` a notification, `ID RESULT` an answer, `ID error
 * ERROR` an error, `ID miss CODE` the beginning of one that the replay made. What ends in `...` is a beginning too. What begins with `{` or `[` is one as it stands.
 */
export function inFull(said: string): string {
  if (/^[{[]/.test(said)) return said;
  const [, id, rest = ""] = /^(?:(-?\d\S*|"[^"]*")\s+)?(.*)$/.exec(said)!;
  const head = `{"jsonrpc":"2.0"${id === undefined ? "" : `,"id":${id}`}`;
  const close = said.endsWith("...") ? "" : "}";
  if (/^[{["\d]|^null/.test(rest)) return `${head},"result":${rest}${close}`;
  const [, word = "", value = ""] = /^(\S+)\s*(.*)$/.exec(rest)!;
  if (word === "miss") return `${head},"error":{"code":${value},...`;
  if (word === "error") return `${head},"error":${value}${close}`;
  return `${head},"method":"${word}"${value === "" ? "" : `,"params":${value}`}${close}`;
}

/**
 * The events of a tape: a line each, `> MESSAGE` from the client, `< MESSAGE` from the server (see {@link inFull}),
 * `10 ms` before what comes 10 ms later, `> closed` and `< closed` for the ends, `conn 2` before what another client
 * said, `#` comments.
 */
export function events(text: string): TapeEvent[] {
  let at = 0;
  let conn: number | undefined;
  const found: TapeEvent[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    const pause = /^([\d.]+) ms$/.exec(line);
    if (pause) at += Number(pause[1]) * 1000;
    const other = /^conn (\d+)$/.exec(line);
    if (other) conn = Number(other[1]);
    const said = /^([<>]) (.*)$/.exec(line);
    if (!said) continue;
    const dir = said[1] === ">" ? "c2s" : "s2c";
    const who = conn === undefined ? { at } : { at, conn };
    if (said[2] === "closed") {
      found.push({
        ...who,
        payload: { kind: "close", close: { side: dir === "c2s" ? "client" : "server" } },
      });
      continue;
    }
    const message = parseMessage(inFull(said[2]!.trim()));
    if (!message) throw new Error(`not a message: ${said[2]}`);
    found.push({ ...who, dir, payload: { kind: "msg", message } });
  }
  return found;
}

/** A map over events in memory that becomes known line by line; `read` takes the next, false when there is none. */
export function growingMap(
  tape: readonly TapeEvent[],
  options: MatchOptions = {},
): { map: TapeMap; read: () => boolean } {
  const bytes = Buffer.concat(
    tape.map(({ payload }) => (payload.kind === "msg" ? payload.message.bytes : new Uint8Array())),
  );
  const map = new TapeMap(matchRules(options), ({ offset, length }: BytesAt) =>
    bytes.subarray(offset, offset + length),
  );
  let offset = 0;
  let next = 0;
  const read = (): boolean => {
    const event = tape[next++];
    if (!event) {
      map.end();
      return false;
    }
    const length = event.payload.kind === "msg" ? event.payload.message.bytes.length : 0;
    map.add(event, event.payload.kind === "msg" ? { file: 0, offset, length } : undefined);
    offset += length;
    return true;
  };
  return { map, read };
}

/** A map over events in memory, all of it known. */
export function mapOf(tape: readonly TapeEvent[], options: MatchOptions = {}): TapeMap {
  const { map, read } = growingMap(tape, options);
  while (read());
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

const maps = new WeakMap<Player, TapeMap>();

/** The numbers of the recorded calls that nobody made in a player's conversation. */
export function unusedOf(player: Player): number[] {
  return unusedCalls(maps.get(player)!, player.acts);
}

export function playerOf(
  map: TapeMap,
  settings: Settings = {},
  assignment?: Assignment,
): { player: Player; findings: Findings } {
  const findings: Findings = { misses: [], inexact: [] };
  const critic: Critic = {
    miss: (miss) => findings.misses.push(miss),
    inexact: (inexact) => findings.inexact.push(inexact),
  };
  const all = options(settings);
  const player = new Player(map, all, critic, assignment ?? new Assignment(all.repeat));
  maps.set(player, map);
  return { player, findings };
}

/** A live dialogue in a tape's notation, or in a playbook's: `> MESSAGE` is said by the client, `< MESSAGE` expected. */
export type Live = (text: TemplateStringsArray, ...values: unknown[]) => void;

export interface Replayed {
  readonly live: Live;
  readonly findings: Findings;
  readonly player: Player;
}

/** Replays a tape, given as a dialogue, to a live dialogue. */
export function replayed(tape: string, settings: Settings = {}): Replayed {
  const { map, read } = growingMap(events(tape), settings);
  for (let i = 0; settings.known === undefined || i < settings.known; i++) if (!read()) break;
  return liveOf(map, settings, read);
}

/** Several clients of one tape, each with a dialogue of its own. */
export function clientsOf(tape: string, settings: Settings = {}): () => Replayed {
  const map = mapOf(events(tape), settings);
  const assignment = new Assignment(settings.repeat ?? "error");
  return () => liveOf(map, { single: false, ...settings }, () => false, assignment);
}

function liveOf(map: TapeMap, settings: Settings, read: () => boolean, assignment?: Assignment): Replayed {
  const { player, findings } = playerOf(map, settings, assignment);
  const play = playbook([reading(replayLayer(player), read)]);
  const live: Live = (text, ...values) => {
    const said = String.raw(
      { raw: text.raw },
      ...values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))),
    );
    const lines = said.split("\n").map(lineInFull);
    if (!lines.some((line) => line.includes("client opened"))) lines.unshift("client opened");
    const whole = lines.join("\n");
    play(Object.assign([whole], { raw: [whole] }));
  };
  return { live, findings, player };
}

function lineInFull(line: string): string {
  const said = /^\s*([<>]) (.*)$/.exec(line);
  if (!said) return line;
  const arrow = said[1]!.repeat(2);
  return said[2] === "closed"
    ? `${arrow} client ${said[1] === ">" ? "closed" : "close"}`
    : `${arrow} client ${inFull(said[2]!.trim())}`;
}

/** Each answer to "read on" makes one line more known. */
function reading(layer: Layer, read: () => boolean): Layer {
  return function* (event, next): Steps {
    const steps = layer(event, next);
    let answer: unknown;
    for (let step = steps.next(); !step.done; step = steps.next(answer)) {
      answer = yield step.value;
      if (step.value.kind === "ask" && step.value.question === readOn) read();
    }
  };
}

/** What a player says at once to a message (in short, see {@link inFull}), as JSON texts. */
export function answersTo(player: Player, said: string, at = 0): string[] {
  const message = parseMessage(inFull(said));
  if (!message) throw new Error(`not a message: ${said}`);
  player.received(message, at);
  const found: string[] = [];
  for (let output = player.output(at); output; output = player.output(at))
    found.push("message" in output ? output.message.text : "end");
  return found;
}
