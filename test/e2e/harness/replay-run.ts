/**
 * Records what a client does with the raw server, takes the server away, and lets clients do it again with the tape
 * alone. The server counts what it executes in a file, so that a replay can be seen to execute nothing.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Exit, RawClient } from "../../peers/raw-client.ts";
import { expectBytes, type Nasty, startClient, testFolder } from "./record-run.ts";
import { type Era, Talk, type Voice, voices } from "./replay-talk.ts";
import { readTape, type TapeFile, wireOf } from "./tape-file.ts";
import { node, recording, replaying, root } from "./ways.ts";

export type Script = (talk: Talk) => Promise<unknown>;

export interface ReplayRunOptions {
  /** Flags after the tape's name. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The ids and tokens of the live client; others than the recorded ones unless told. */
  readonly voice?: Voice;
  readonly era?: Era;
  readonly safetyMs?: number;
}

export interface Replayed {
  readonly stdout: Buffer;
  /** The lines of stdout. */
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly exit: Exit;
  readonly talk: Talk;
}

/** A folder with a server of its own, which can be taken away. */
export class Stageplay {
  readonly folder = testFolder();
  readonly tapePath: string;
  readonly countFile = join(this.folder, "executed");
  readonly #home = join(this.folder, "server");

  constructor(name = "run.tape.jsonl") {
    this.tapePath = join(this.folder, name);
    const peers = join(root, "test", "peers");
    cpSync(join(peers, "nasty-server.mjs"), join(this.#home, "nasty-server.mjs"));
    cpSync(join(peers, "nasty"), join(this.#home, "nasty"), { recursive: true });
    writeFileSync(join(this.#home, "package.json"), '{"type":"module"}');
  }

  /** The server's command, until it is taken away. */
  get server(): readonly string[] {
    return [node, join(this.#home, "nasty-server.mjs")];
  }

  /** A recorder in front of the server. */
  recorder(flags: readonly string[] = [], nasty: Nasty = {}, safetyMs?: number): RawClient {
    const env = { NASTY: JSON.stringify({ countFile: this.countFile, ...nasty }) };
    const argv = [...recording(this.tapePath, flags), ...this.server];
    return startClient(argv, { cwd: this.folder, env, ...(safetyMs ? { safetyMs } : {}) });
  }

  /** From now on nothing can execute a call. */
  takeServerAway(): void {
    rmSync(this.#home, { recursive: true });
  }

  get executed(): string {
    try {
      return readFileSync(this.countFile, "utf8");
    } catch {
      return "";
    }
  }

  /** A replay of a tape, ours unless told, as a client's command. */
  player(options: ReplayRunOptions = {}, tape = this.tapePath): RawClient {
    const { flags = [], safetyMs } = options;
    const env = { NASTY: JSON.stringify({ countFile: this.countFile }), ...options.env };
    return startClient(replaying(tape, flags), { cwd: this.folder, env, ...(safetyMs ? { safetyMs } : {}) });
  }

  /** Does a script with the tape alone; nothing is executed and stdout holds whole messages. */
  async replay(script: Script, options: ReplayRunOptions = {}, tape = this.tapePath): Promise<Replayed> {
    const before = this.executed;
    const client = this.player(options, tape);
    const talk = new Talk(client, options.era ?? "legacy", options.voice ?? voices.now);
    await script(talk);
    const exit = await client.finish();
    expect(this.executed, "calls executed during a replay").toBe(before);
    return { stdout: client.stdout, lines: messageLines(client.stdout), stderr: client.stderr, exit, talk };
  }
}

/** A finished recording without its server. */
export class Recorded {
  readonly play: Stageplay;
  readonly before: Talk;
  readonly tape: TapeFile;
  readonly #era: Era;

  constructor(play: Stageplay, before: Talk, era: Era) {
    this.play = play;
    this.before = before;
    this.tape = readTape(play.tapePath);
    this.#era = era;
  }

  replay(script: Script, options: ReplayRunOptions = {}): Promise<Replayed> {
    return this.play.replay(script, { era: this.#era, ...options });
  }

  /** Does it again: every byte as recorded, the live ids and tokens in their places, no complaint. */
  async expectSame(script: Script, options: ReplayRunOptions = {}): Promise<Replayed> {
    const replayed = await this.replay(script, options);
    expect(replayed.stderr).toBe("");
    expect(replayed.exit).toEqual({ code: 0, signal: null });
    expectBytes(withoutPings(replayed.stdout), this.asLive(replayed.talk), "what the client saw");
    return replayed;
  }

  /** What the server said, with the ids and tokens of a live talk instead of the recorded ones. */
  asLive(live: Talk): Buffer {
    const said = withoutPings(wireOf(this.tape, "s2c")).toString("latin1");
    const ids = new Map(this.before.ids.map((id, n) => [id, live.ids[n] ?? id]));
    const tokens = new Map(this.before.tokens.map((token, n) => [token, live.tokens[n] ?? token]));
    const text = said
      .replace(/^(\{"jsonrpc":"2.0","id":)(.*?)(?=,"(result|error)":)/gm, (_, head, id) => head + ids.get(id))
      .replace(/("progressToken":)("[^"]*"|\d+)/g, (_, head, token) => head + tokens.get(token));
    return Buffer.from(text, "latin1");
  }
}

/** The answers to `Talk.settled` belong to no script. */
function withoutPings(stdout: Buffer): Buffer {
  return Buffer.from(stdout.toString("latin1").replace(/^\{"jsonrpc":"2.0","id":"ping .*\n/gm, ""), "latin1");
}

/** Records a script and takes the server away. */
export async function recorded(script: Script, era: Era = "legacy", nasty: Nasty = {}): Promise<Recorded> {
  const play = new Stageplay();
  const client = play.recorder([], nasty);
  const talk = new Talk(client, era, voices.before);
  await script(talk);
  expect(await client.finish()).toEqual({ code: 0, signal: null });
  play.takeServerAway();
  return new Recorded(play, talk, era);
}

/** The lines of a stdout, each of them a message of JSON-RPC and ended. */
export function messageLines(stdout: Buffer): string[] {
  const lines = stdout.toString().split("\n");
  expect(lines.pop(), "the last line is ended").toBe("");
  for (const line of lines) expect(JSON.parse(line), line.slice(0, 200)).toMatchObject({ jsonrpc: "2.0" });
  return lines;
}
