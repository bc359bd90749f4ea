import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot, unbuilt } from "../package-root.ts";

/**
 * The client of `demo`: talks over real pipes to `reelwire record` with the bundled server behind it, exactly as an
 * agent's client would.
 */
const calls: readonly { readonly method: string; readonly params: object }[] = [
  { method: "tools/list", params: {} },
  { method: "tools/call", params: { name: "get_forecast", arguments: { city: "Paris" } } },
  {
    method: "tools/call",
    params: {
      name: "get_outlook",
      arguments: { city: "Oslo", days: 3 },
      _meta: { progressToken: "demo-1" },
    },
  },
  { method: "tools/call", params: { name: "get_forecast", arguments: { city: "Atlantis" } } },
];

/** How long the whole session may take, in milliseconds. */
const sessionMsMax = 30_000;

/** The program of the bundled server, for Node to run. */
export function demoServer(): string {
  return join(
    packageRoot,
    ...(unbuilt ? ["src", "cli", "demo", "server.ts"] : ["dist", "cli", "demo", "server.cjs"]),
  );
}

/** Runs the session behind the recorder; resolves when the recorder has exited, rejects when it failed. */
export function runSession(tape: string, signal: AbortSignal): Promise<void> {
  const recorder = join(packageRoot, "bin", "reelwire.cjs");
  const args = [
    recorder,
    "record",
    "-o",
    tape,
    "--name",
    "demo-weather",
    "--",
    process.execPath,
    demoServer(),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ["pipe", "pipe", "pipe"],
    signal,
    timeout: sessionMsMax,
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let id = 0;
  const send = (message: object): boolean =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const next = (): void => {
    const call = calls[id];
    if (call) send({ id: ++id, ...call });
    else child.stdin.end();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line) as { id?: unknown };
    if (message.id === "open") send({ method: "notifications/initialized" });
    if (message.id !== undefined) next();
  });
  const clientInfo = { name: "demo-client", version: "1.0.0" };
  send({
    id: "open",
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the recorder ended with ${code}: ${stderr}`));
    });
  });
}
