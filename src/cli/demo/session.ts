import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot, unbuilt } from "../package-root.ts";

/**
 * The client of `demo`: talks over real pipes to reelwire, exactly as an agent's client would. It says the same each
 * time, but with other ids and progress tokens, as the second run of any client does.
 */
export interface Call {
  readonly method: string;
  readonly params: {
    readonly name?: string;
    readonly arguments?: object;
    readonly _meta?: { readonly progressToken: string };
  };
}

/** What came back for one call: progress first, then the answer, ids and tokens left out. */
export interface Answered {
  readonly call: Call;
  readonly progress: number;
  /** The JSON text of the result or the error. */
  readonly answer: string;
  readonly failed: boolean;
}

export const calls: readonly Call[] = [
  { method: "tools/list", params: {} },
  { method: "tools/call", params: { name: "get_forecast", arguments: { city: "Paris" } } },
  {
    method: "tools/call",
    params: {
      name: "get_outlook",
      arguments: { city: "Oslo", days: 3 },
      _meta: { progressToken: "demo" },
    },
  },
  { method: "tools/call", params: { name: "get_forecast", arguments: { city: "Atlantis" } } },
];

/** The same as a recorded call, but for one argument. */
export const changedCall: Call = {
  method: "tools/call",
  params: { name: "get_forecast", arguments: { city: "Rome" } },
};

/** How long one session may take, in milliseconds. */
const sessionMsMax = 30_000;

/** A copy of the bundled server, which can be taken away. */
export class DemoServer {
  readonly #folder = mkdtempSync(join(tmpdir(), "reelwire-demo-"));
  readonly program: string;

  constructor() {
    const name = unbuilt ? "server.ts" : "server.cjs";
    const [...folders] = [unbuilt ? "src" : "dist", "cli", "demo"];
    this.program = join(this.#folder, name.replace("server", "weather"));
    copyFileSync(join(packageRoot, ...folders, name), this.program);
  }

  takeAway(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** How a session ended. */
export interface Session {
  readonly answers: readonly Answered[];
  readonly status: number | null;
  /** What reelwire said on stderr. */
  readonly stderr: string;
}

/** Runs reelwire with these words and talks to it: the handshake, then each call when the one before is answered. */
export function talk(
  words: readonly string[],
  said: readonly Call[],
  firstId: number,
  signal: AbortSignal,
): Promise<Session> {
  const argv = [join(packageRoot, "bin", "reelwire.cjs"), ...words];
  const child = spawn(process.execPath, argv, { stdio: "pipe", signal, timeout: sessionMsMax });
  const answers: Answered[] = [];
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let progress = 0;
  const send = (message: object): boolean =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const next = (): void => {
    const call = said[answers.length];
    if (!call) return void child.stdin.end();
    progress = 0;
    const token = call.params._meta && {
      _meta: { progressToken: `${call.params._meta.progressToken}-${firstId}` },
    };
    send({ id: firstId + answers.length, ...call, params: { ...call.params, ...token } });
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, method, result, error } = JSON.parse(line) as Record<string, unknown>;
    if (method === "notifications/progress") progress++;
    if (id === "open") {
      send({ method: "notifications/initialized" });
      next();
    } else if (id !== undefined) {
      const answer = JSON.stringify(result ?? error);
      answers.push({ call: said[answers.length]!, progress, answer, failed: error !== undefined });
      next();
    }
  });
  child.stdin.on("error", () => {});
  const clientInfo = { name: "demo-client", version: "1.0.0" };
  send({
    id: "open",
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ answers, status, stderr }));
  });
}
