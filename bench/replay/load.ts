/**
 * The load of the replay bench: a tape of many different calls, and a client that makes each of them with other ids,
 * prepared as bytes, so that what is measured is the server's side.
 */
import { writeFileSync } from "node:fs";
import type { Peer } from "../stdio/peer.ts";

const opening = {
  jsonrpc: "2.0",
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
};

/** The n-th call: no two are equal. */
function call(n: number, id: number): string {
  const args = { station: n, city: "Reykjavík", unit: "metric", days: 3, size: 200 };
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "get_forecast", arguments: args },
  });
}

/** Writes a tape of `count` calls, one after the other, each answered with about `bytes` bytes. */
export function writeTape(path: string, count: number, bytes: number): void {
  const header = {
    reelwire: 1,
    id: "bench",
    startedAt: "2026-11-20T08:00:00.000000Z",
    server: { transport: "stdio" },
  };
  const lines = [JSON.stringify(header)];
  let at = 0;
  const say = (dir: string, message: string): void =>
    void lines.push(`{"at":${(at += 50)},"dir":"${dir}","msg":${message}}`);
  const result = (id: number, value: object): string => JSON.stringify({ jsonrpc: "2.0", id, result: value });
  say("c2s", JSON.stringify({ ...opening, id: 0 }));
  say(
    "s2c",
    result(0, { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "b", version: "1" } }),
  );
  say("c2s", JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }));
  for (let n = 0; n < count; n++) {
    say("c2s", call(n, n + 1));
    const text = `${n} the forecast says "light rain" `.padEnd(bytes - 80, "x");
    say("s2c", result(n + 1, { content: [{ type: "text", text }] }));
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}

/** The bytes of a first request, and of all calls with ids of this run. */
export const firstRequest = `${JSON.stringify({ ...opening, id: "first" })}\n`;

export function requests(count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(`${call(n, 5_000_000 + n)}\n`));
}

/** Makes every call once, so many in flight; requests a second. */
export async function rateOf(peer: Peer, lines: readonly Buffer[], inFlight: number): Promise<number> {
  const began = performance.now();
  await peer.each(lines, inFlight);
  return lines.length / ((performance.now() - began) / 1000);
}
