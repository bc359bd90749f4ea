// How the nasty server writes: synchronously and exactly, so that the order of bytes is the order of the calls.
import { appendFileSync, writeSync } from "node:fs";
import { settings } from "./settings.mjs";

/** Writes bytes or text to stdout (or another descriptor), all of it, before returning. */
export function write(data, fd = 1) {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (problem) {
      if (problem.code === "EPIPE" || problem.code === "EBADF") return;
      if (problem.code !== "EAGAIN") throw problem;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

export function answerText(id, result) {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

export function answerTo(id, result) {
  write(`${answerText(id, result)}\n`);
}

export function error(id, code, message) {
  write(`{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}}}\n`);
}

export function notify(method, params) {
  write(`${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`);
}

const asked = new Map();

/** Sends the client a request with exactly this id text and resolves to its answer: the message and its line. */
export function ask(id, method, params) {
  const answered = new Promise((resolve) => asked.set(id, resolve));
  write(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}\n`);
  return answered;
}

/** The client answered one of our requests. */
export function answerFrom(message, id, line) {
  asked.get(id)?.({ message, line });
  asked.delete(id);
}

/** Keeps every byte that came in, for tests that compare what the server saw. */
export function logInput(chunk) {
  if (settings.stdinLog) appendFileSync(settings.stdinLog, chunk);
}
