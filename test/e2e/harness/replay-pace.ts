/** Drives many calls through a client, a few at a time, and reads what its process has taken of memory. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { RawClient } from "../../peers/raw-client.ts";

/** Calls that are on their way at any moment, unless told. */
const fewInFlight = 16;

export interface Load {
  readonly calls: number;
  readonly inFlight?: number;
  /** The message of the n-th call; its id is `id`. */
  request(id: string, n: number): object;
  /** Looks at the answer to the n-th call, without its line end. */
  check(line: Buffer, n: number): void;
}

/** Calls that are all different, each answered with so many bytes that say whose answer they are. */
export function bigAnswers(calls: number, answerBytes: number): Load {
  return {
    calls,
    request: (id, n) => {
      const params = { name: "big", arguments: { head: `answer ${n} `, bytes: answerBytes } };
      return { jsonrpc: "2.0", id, method: "tools/call", params };
    },
    check: (line, n) => {
      expect(line.length).toBeGreaterThan(answerBytes);
      expect(line.subarray(0, 100).toString()).toContain(`"text":"answer ${n} abc`);
    },
  };
}

/** Makes all calls, each of which gets one answer; resolves with the bytes that came when all are answered. */
export function drive(client: RawClient, load: Load): Promise<number> {
  const { calls, inFlight = fewInFlight, request, check } = load;
  const { stdin, stdout } = client.child;
  const done = Promise.withResolvers<number>();
  const open = new Set<number>();
  let [sent, answered, bytes] = [0, 0, 0];
  let rest: Buffer[] = [];
  const send = (): void => {
    const n = sent++;
    open.add(n);
    stdin!.write(`${JSON.stringify(request(`call ${n}`, n))}\n`);
  };
  const take = (line: Buffer): void => {
    if (isNotification(line)) return;
    const n = Number(/"id":"call (\d+)"/.exec(line.subarray(0, 60).toString())?.[1]);
    expect(open.delete(n), `an answer to call ${n}`).toBe(true);
    answered++;
    check(line, n);
    if (sent < calls) send();
    if (answered === calls) done.resolve(bytes);
  };
  // Apart from the client's own collecting, which would keep everything.
  stdout!.removeAllListeners("data");
  stdout!.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, end)]);
      rest = [];
      from = end + 1;
      try {
        take(line);
      } catch (error) {
        done.reject(error);
      }
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  });
  client.closed.then(() =>
    done.reject(new Error(`it ended after ${answered} of ${calls}\n${client.stderr}`)),
  );
  for (let n = 0; n < Math.min(inFlight, calls); n++) send();
  return done.promise;
}

function isNotification(line: Buffer): boolean {
  return line.subarray(0, 40).toString().startsWith('{"jsonrpc":"2.0","method":');
}

/** Megabytes of memory that a process holds now, and the most it ever held. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
  return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
}
