// What a `tools/call` can ask of the nasty server: one behaviour per name.
import { exact } from "./exact.ts";
import { die } from "./life.mjs";
import { messages, noise, pretty } from "./noise.ts";
import { answerText, ask, notify, write } from "./wire.mjs";

const held = new Map();
const slow = new Map();
let counter = 0;
let states = 0;

export const tools = {
  echo: (call, args) => call.answer(textResult(args.text ?? "")),
  env: (call, args) => call.answer(textResult(process.env[args.name] ?? "")),
  exact: (call, args) => call.answer(exact[args.which]),

  /** The same call, another answer each time. */
  counter: (call) => call.answer(textResult(String(++counter))),

  /** Progress with the token of the request, then the result. */
  progress: (call, args) => {
    const progressToken = call.params._meta?.progressToken;
    for (let n = 1; n <= args.steps; n++)
      notify("notifications/progress", { progressToken, progress: n, total: args.steps });
    call.answer(textResult("done"));
  },

  /** A request to the client during the call; `id` "same" takes the id of the call itself. */
  ask: async (call, args) => {
    const id = args.id === "same" ? call.id : JSON.stringify(args.id);
    const { message } = await ask(id, args.method, JSON.stringify(args.params ?? {}));
    call.answer(textResult(JSON.stringify(message.result ?? message.error)));
  },

  /** Asks for input `args.rounds` times (1 unless told), each time with a new state, then says what the last answer was. */
  rounds: (call, args) => {
    const { inputResponses, requestState } = call.params;
    const round = requestState === undefined ? 0 : Number(/^round (\d+) of/.exec(requestState)[1]);
    if (round === (args.rounds ?? 1)) return call.answer(textResult(JSON.stringify(inputResponses)));
    const confirm = {
      method: "elicitation/create",
      params: { message: `Deploy? ${round + 1}`, requestedSchema: {} },
    };
    const state = `round ${round + 1} of operation ${++states}`;
    call.answer(
      JSON.stringify({ resultType: "input_required", inputRequests: { confirm }, requestState: state }),
    );
  },

  /** Answers only when a `release` names it: overlapping calls, answered in any order, in one write or in many. */
  hold: (call, args) => void held.set(args.key, call),
  release: (call, args) => {
    const lines = args.order.map((key) => `${answerText(held.get(key).id, textResult(key))}\n`);
    if (args.oneWrite) write(lines.join(""));
    else for (const line of lines) write(line);
    call.answer(textResult("released"));
  },

  /** Never answers unless it is cancelled, and then only says which call that was. */
  slow: Object.assign((call, args) => void slow.set(call.id, args.key), {
    cancel: ({ requestId }) => {
      const key = slow.get(JSON.stringify(requestId));
      notify("notifications/message", { level: "info", data: { cancelled: key ?? null } });
    },
  }),

  /** Noise before the answer, or around a split one. */
  noise: (call, args) => {
    for (const name of [args.kind].flat())
      write(name === "pretty" ? pretty : (noise[name] ?? messages[name]));
    call.answer(textResult("after noise"));
  },
  /** An answer and noise in one write, noise first, between and last. */
  mixed: (call) => {
    const line = `${answerText(call.id, textResult("in the middle"))}\n`;
    write(Buffer.concat([noise.banner, Buffer.from(line), noise.notUtf8, messages.crlf, noise.dotenv]));
  },
  /** Noise with no line end, and the answer behind it on the same line. */
  midLine: (call) => write(`debug: ${answerText(call.id, textResult("hidden"))}\n`),
  crlf: (call) => write(`${answerText(call.id, textResult("crlf"))}\r\n`),

  stderr: (call, args) => {
    write((args.text ?? "x").repeat(args.times ?? 1), 2);
    call.answer(textResult("said"));
  },
  /** Characters of several bytes, one byte per write. */
  stderrSplit: async (call, args) => {
    for (const byte of Buffer.from(args.text)) await alone(byte, 2);
    call.answer(textResult("said"));
  },

  stderrBytes: (call, args) => {
    write(Buffer.from(args.bytes), 2);
    call.answer(textResult("said"));
  },

  /** So many characters, `args.head` first. */
  big: (call, args) => {
    const text = (args.head ?? "") + "abcdefghij klm nop qrs".repeat(Math.ceil(args.bytes / 22));
    call.answer(textResult(text.slice(0, args.bytes)));
  },
  /** The answer one byte at a time. */
  drip: async (call, args) => {
    for (const byte of Buffer.from(`${answerText(call.id, textResult(args.text))}\n`)) await alone(byte, 1);
  },
  /** Bytes of the caller's choice, cut where the caller says, then the answer. */
  raw: async (call, args) => {
    for (const chunk of args.chunks) {
      write(Buffer.from(chunk, "base64"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    call.answer(textResult("after raw"));
  },
  /** Many messages in one write, or with `args.bytes` of text in each, in a write of its own. */
  burst: (call, args) => {
    const text = args.bytes ? `,"text":"${"x".repeat(args.bytes)}"` : "";
    const lines = Array.from(
      { length: args.count },
      (_, n) => `{"jsonrpc":"2.0","method":"notifications/message","params":{"n":${n}${text}}}\n`,
    );
    if (args.bytes) for (const line of lines) write(line);
    const rest = args.bytes ? "" : lines.join("");
    write(`${rest}${answerText(call.id, textResult("burst"))}\n`);
  },

  /** Half an answer, then the end. */
  cut: async (call, args) => {
    const whole = Buffer.from(answerText(call.id, textResult("never finished ".repeat(args.times ?? 1))));
    write(whole.subarray(0, args.bytes ?? whole.length >> 1));
    if (args.signal) await die(args.signal);
    process.exit(args.code ?? 0);
  },
  exit: (call, args) => {
    if (args.answer) call.answer(textResult("bye"));
    process.exit(args.code);
  },
  die: (call, args) => {
    if (args.answer) call.answer(textResult("bye"));
    return die(args.signal);
  },
  /** Ends stdout but stays, still reading. */
  closeStdout: async (call) => {
    call.answer(textResult("closing"));
    const { closeSync } = await import("node:fs");
    closeSync(1);
  },
};

function textResult(text) {
  return `{"content":[{"type":"text","text":${JSON.stringify(text)}}]}`;
}

/** One byte in a write of its own, with a turn of the event loop after it. */
function alone(byte, fd) {
  write(Buffer.of(byte), fd);
  return new Promise((resolve) => setImmediate(resolve));
}
