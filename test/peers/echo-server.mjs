// The fastest echo server that Node gives: a bench measures the hop in front of it, so it must cost next to nothing.
// It reads into one reused buffer, finds id, size and work by bytes, and answers all requests of a chunk with one
// synchronous write of prepared bytes. A request says `"size":BYTES` and `"work":MICROSECONDS` anywhere after its id.
// ECHO_SIZE and ECHO_WORK are the defaults; ECHO_WORK_BY=timer waits in a timer instead of keeping the core busy.
import { writeSync } from "node:fs";
import { Socket } from "node:net";

const defaultSize = Number(process.env.ECHO_SIZE ?? 200);
const defaultWork = Number(process.env.ECHO_WORK ?? 0);
const byTimer = process.env.ECHO_WORK_BY === "timer";

const NEWLINE = 0x0a;
const idMark = Buffer.from('"id":');
const sizeMark = Buffer.from('"size":');
const workMark = Buffer.from('"work":');
const head = Buffer.from('{"jsonrpc":"2.0","id":');

/** Text like a tool's answer: words, numbers, escapes; the same for every run. */
const words =
  'the forecast for station 4117 says \\"light rain\\" with 12.5 mm until noon, wind 3 from the west;\\n ';

/** size -> { tail } : what stands after the id, line end included, so that the whole message has `size` bytes. */
const tails = new Map();
function tailFor(size) {
  let tail = tails.get(size);
  if (!tail) {
    const before = ',"result":{"content":[{"type":"text","text":"';
    const after = '"}]}}\n';
    const room = Math.max(0, size - head.length - 10 - before.length - after.length);
    const whole = words.repeat(Math.floor(room / words.length));
    tail = Buffer.from(before + whole + " ".repeat(room - whole.length) + after);
    tails.set(size, tail);
  }
  return tail;
}

let out = Buffer.allocUnsafe(1 << 20);
let used = 0;

function put(idStart, idEnd, bytes, tail) {
  const need = head.length + (idEnd - idStart) + tail.length;
  if (used + need > out.length) flush();
  if (need > out.length) out = Buffer.allocUnsafe(need);
  head.copy(out, used);
  used += head.length;
  bytes.copy(out, used, idStart, idEnd);
  used += idEnd - idStart;
  tail.copy(out, used);
  used += tail.length;
}

function flush() {
  for (let at = 0; at < used; ) {
    try {
      at += writeSync(1, out, at, used - at);
    } catch (error) {
      if (error.code === "EPIPE") process.exit(0);
      if (error.code !== "EAGAIN") throw error;
    }
  }
  used = 0;
}

function numberAfter(mark, bytes, from, to, otherwise) {
  const at = bytes.indexOf(mark, from);
  if (at < 0 || at >= to) return otherwise;
  let value = 0;
  for (let i = at + mark.length; i < to; i++) {
    const digit = bytes[i] - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

function busy(microseconds) {
  const until = process.hrtime.bigint() + BigInt(microseconds) * 1000n;
  while (process.hrtime.bigint() < until);
}

/** One request line `[from, to)`; a line without an id is a notification and gets no answer. */
function answer(bytes, from, to) {
  const at = bytes.indexOf(idMark, from);
  if (at < 0 || at >= to) return;
  const idStart = at + idMark.length;
  let idEnd = idStart;
  while (idEnd < to && bytes[idEnd] !== 0x2c && bytes[idEnd] !== 0x7d) idEnd++;
  const work = numberAfter(workMark, bytes, idEnd, to, defaultWork);
  const tail = tailFor(numberAfter(sizeMark, bytes, idEnd, to, defaultSize));
  if (work > 0 && byTimer) {
    const id = Buffer.from(bytes.subarray(idStart, idEnd));
    setTimeout(() => {
      put(0, id.length, id, tail);
      flush();
    }, work / 1000);
    return;
  }
  if (work > 0) busy(work);
  put(idStart, idEnd, bytes, tail);
  if (work > 0) flush();
}

let rest = Buffer.alloc(0);
function take(chunk) {
  const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
  let from = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
    answer(bytes, from, end);
    from = end + 1;
  }
  rest = from < bytes.length ? Buffer.from(bytes.subarray(from)) : rest.subarray(0, 0);
  if (used > 0) flush();
}

const buffer = Buffer.allocUnsafe(64 * 1024);
new Socket({
  fd: 0,
  readable: true,
  writable: false,
  onread: { buffer, callback: (length, chunk) => take(chunk.subarray(0, length)) },
});
