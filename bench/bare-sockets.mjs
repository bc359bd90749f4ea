// A wrapper that records nothing, as cheap as Node gets: two raw sockets, each read into one reused buffer and
// forwarded with one write. A source pauses while its last chunk is not yet written. The other base of the bench.
// With `--session` first, the server gets a session of its own, as behind the recorder, which has to own what it starts.
import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { socketPair } from "./socket-pair.ts";

/** onread options that forward what comes to `to()`; the socket that reads is told by `from()`. */
function forward(from, to) {
  let paused = false;
  const written = () => {
    if (paused) from().resume();
    paused = false;
  };
  const callback = (length, buffer) => {
    const target = to();
    target.write(buffer.subarray(0, length), written);
    paused = target.writableLength > 0;
    return !paused;
  };
  return { buffer: Buffer.allocUnsafe(64 * 1024), callback };
}

const output = new Socket({ fd: 1, readable: false, writable: true });
const { ours: fromServer, theirs } = await socketPair(
  forward(
    () => fromServer,
    () => output,
  ),
);
const detached = process.argv[2] === "--session";
const [command, ...args] = process.argv.slice(detached ? 3 : 2);
const child = spawn(command, args, { stdio: ["pipe", theirs, "inherit"], detached });
theirs.destroy();
const input = new Socket({
  fd: 0,
  readable: true,
  writable: false,
  onread: forward(
    () => input,
    () => child.stdin,
  ),
});
input.on("end", () => child.stdin.end());
input.on("error", () => child.stdin.end());
child.stdin.on("error", () => {});
output.on("error", () => child.stdin.end());
child.on("exit", (code, signal) => {
  process.exitCode = signal ? 128 : (code ?? 1);
  input.destroy();
});
fromServer.on("end", () => output.end());
