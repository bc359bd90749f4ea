// The codec of one line: exact bytes out, the same event back, and a sentence for every line that is none.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeHeader, decodeLine, encodeEvent, encodeHeader, type TapeEvent } from "../../src/tape/index.ts";
import { header, jsonTexts, sent, textOf, utf8 } from "./helpers.ts";

const line = (event: TapeEvent): string => textOf(encodeEvent(event));
const decode = (text: string) => decodeLine(utf8(text));
const again = (event: TapeEvent): TapeEvent => eventOf(line(event).slice(0, -1));

function eventOf(text: string): TapeEvent {
  const decoded = decode(text);
  if ("why" in decoded) throw new Error(`${decoded.why}: ${text.slice(0, 200)}`);
  return decoded.event;
}

const spelled: [name: string, event: TapeEvent, text: string][] = [
  ["a request", sent(812, "c2s", '{"id":0}'), '{"at":812,"dir":"c2s","msg":{"id":0}}'],
  ["an answer", sent(0, "s2c", '{"id":0}'), '{"at":0,"dir":"s2c","msg":{"id":0}}'],
  ["addressed", sent(1, "c2s", "{}", { conn: 2, ex: 7 }), '{"at":1,"conn":2,"ex":7,"dir":"c2s","msg":{}}'],
  ["a batch", sent(1, "c2s", '[{"id":1},{"id":2}]'), '{"at":1,"dir":"c2s","msg":[{"id":1},{"id":2}]}'],
  ["blanks kept", sent(1, "c2s", " {}\r"), '{"at":1,"dir":"c2s","msg": {}\r}'],
  [
    "an event stream",
    sent(1, "s2c", "{}", { sse: { event: "message", id: "12" } }),
    '{"at":1,"dir":"s2c","sse":{"event":"message","id":"12"},"msg":{}}',
  ],
  [
    "a frame alone",
    { at: 3, dir: "s2c", sse: { retry: 10 }, payload: { kind: "sse" } },
    '{"at":3,"dir":"s2c","sse":{"retry":10}}',
  ],
  ["text", { at: 3, payload: { kind: "text", text: 'a"\n' } }, '{"at":3,"text":"a\\"\\n"}'],
  ["cut text", { at: 3, payload: { kind: "text", text: "a", cut: true } }, '{"at":3,"cut":true,"text":"a"}'],
  [
    "bytes",
    { at: 3, payload: { kind: "bytes", bytes: new Uint8Array([255, 0]) } },
    '{"at":3,"bytes":"/wA="}',
  ],
  [
    "bytes of stderr",
    { at: 3, payload: { kind: "bytes", bytes: new Uint8Array([255]), on: "stderr", cut: true } },
    '{"at":3,"cut":true,"on":"stderr","bytes":"/w=="}',
  ],
  ["stderr", { at: 3, payload: { kind: "stderr", text: "warning\n" } }, '{"at":3,"stderr":"warning\\n"}'],
  [
    "open",
    { at: 0, payload: { kind: "open", open: { side: "server", pid: 1 } } },
    '{"at":0,"open":{"side":"server","pid":1}}',
  ],
  [
    "close",
    { at: 0, payload: { kind: "close", close: { side: "server", code: 0, signal: null } } },
    '{"at":0,"close":{"side":"server","code":0,"signal":null}}',
  ],
  [
    "a note",
    { at: 0, payload: { kind: "note", note: { what: "w", says: "s" } } },
    '{"at":0,"note":{"what":"w","says":"s"}}',
  ],
  [
    "a mark",
    { at: 9, payload: { kind: "mark", mark: { lines: 4, bytes: 100, sha256: "00" } } },
    '{"at":9,"mark":{"lines":4,"bytes":100,"sha256":"00"}}',
  ],
  [
    "the end",
    { at: 9, payload: { kind: "end", end: { lines: 4, sha256: "00" } } },
    '{"at":9,"end":{"lines":4,"sha256":"00"}}',
  ],
  [
    "a kind of a later version",
    { at: 1, payload: { kind: "other", key: "http", json: '{"status": 1.0}' } },
    '{"at":1,"http":{"status": 1.0}}',
  ],
  [
    "unknown keys",
    sent(1, "c2s", "{}", {
      more: [
        ["redacted", "[1.0]"],
        ['"q"', '"\\u0041"'],
      ],
    }),
    '{"at":1,"dir":"c2s","redacted":[1.0],"\\"q\\"":"\\u0041","msg":{}}',
  ],
];

test.each(spelled)("%s is spelled and read back", (_, event, text) => {
  expect(line(event)).toBe(`${text}\n`);
  expect(eventOf(text)).toEqual(event);
});

describe("messages over several lines", () => {
  const spread = '{\n  "id": 1\r\n}';

  test("go into a string and come back as messages", () => {
    const event = sent(5, "s2c", spread);
    expect(line(event)).toBe(`${JSON.stringify({ at: 5, dir: "s2c", text: spread })}\n`);
    expect(again(event)).toEqual(event);
  });

  test.each(["1\n2", "{\n", '"a\nb"', "hello\n{}"])(
    "but other text with line ends stays text: %j",
    (text) => {
      expect(again({ at: 5, payload: { kind: "text", text } }).payload).toEqual({
        kind: "text",
        text,
      });
    },
  );
});

describe("any JSON text", () => {
  test("passes unchanged as a message", () => {
    fc.assert(
      fc.property(jsonTexts(), fc.nat(), (text, at) => {
        const encoded = encodeEvent(sent(at, "c2s", text, { conn: 1 }));
        expect(encoded.indexOf(0x0a)).toBe(encoded.length - 1);
        const decoded = decodeLine(encoded.subarray(0, -1));
        expect(decoded).toEqual({ event: sent(at, "c2s", text, { conn: 1 }) });
      }),
      { numRuns: 1000 },
    );
  });

  test("passes unchanged as an unknown payload and as an unknown key", () => {
    fc.assert(
      fc.property(jsonTexts([""]), (json) => {
        const event: TapeEvent = {
          at: 1,
          more: [["later", json]],
          payload: { kind: "other", key: "new", json },
        };
        expect(again(event)).toEqual(event);
      }),
    );
  });

  test("over several lines comes back as the same message", () => {
    fc.assert(
      fc.property(jsonTexts(["\n", " ", ""]), (text) => {
        const container = /^\s*[[{]/.test(text);
        const decoded = again(sent(1, "c2s", text));
        if (container || !text.includes("\n")) expect(decoded).toEqual(sent(1, "c2s", text));
        else expect(decoded.payload).toEqual({ kind: "text", text });
      }),
    );
  });

  test("any text and any bytes come back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.uint8Array(), (text, bytes) => {
        const payloads = [
          { kind: "stderr", text },
          { kind: "bytes", bytes },
        ] as const;
        for (const payload of payloads) expect(again({ at: 1, payload }).payload).toEqual(payload);
      }),
    );
  });
});

const hash = "00";
const refused: [text: string, why: RegExp][] = [
  ["", /not one JSON object/],
  ["null", /not one JSON object/],
  ["[]", /not one JSON object/],
  ["{}", /no payload/],
  ['{"at":1}', /no payload/],
  ['{"at":1,"dir":"c2s"}', /no payload/],
  ['{"at":1,"cut":true}', /no payload/],
  ['{"msg":{}}', /when/],
  ['{"at":-1,"msg":{}}', /'at'/],
  ['{"at":1.5,"msg":{}}', /'at'/],
  ['{"at":1e3,"msg":{}}', /'at'/],
  ['{"at":01,"msg":{}}', /'at'/],
  ['{"at":9007199254740993,"msg":{}}', /'at'/],
  ['{"at":"1","msg":{}}', /'at'/],
  ['{"at":1,"at":2,"msg":{}}', /twice/],
  ['{"at":1,"dir":"c2s","dir":"s2c","msg":{}}', /twice/],
  ['{"at":1,"x":1,"x":2,"msg":{}}', /twice/],
  ['{"at":1,"dir":"both","msg":{}}', /'dir'/],
  ['{"at":1,"conn":null,"msg":{}}', /'conn'/],
  ['{"at":1,"sse":[],"msg":{}}', /'sse'/],
  ['{"at":1,"sse":{"retry":1e400},"msg":{}}', /'sse.retry'/],
  ['{"at":1,"sse":{"id":5}}', /'sse.id'/],
  [`{"at":1,"sse":{"a":${"[".repeat(500)}${"]".repeat(500)}}}`, /too deep/],
  ['{"at":1,"msg":{},"msg":{}}', /after it/],
  ['{"at":1,"msg":{},"dir":"c2s"}', /after it/],
  ['{"at":1,"msg":{}', /not one JSON object|after it/],
  ['{"at":1,"msg":}', /message/],
  ['{"at":1,"msg":{"a":1}}}', /message/],
  ['{"at":1,"msg":{"a":NaN}}', /message/],
  ['{"at":1,"msg":"a\tb"}', /message/],
  ['{"at":1,"text":"a","msg":{}}', /'text' is not its last/],
  ['{"at":1,"end":{},"at":1,"x":1}', /'end' is not its last/],
  ['{"at":1,"text":5}', /'text'/],
  ['{"at":1,"bytes":"%%"}', /base64/],
  ['{"at":1,"bytes":"/w"}', /base64/],
  ['{"at":1,"open":{"side":"middle"}}', /side/],
  ['{"at":1,"open":[]}', /object/],
  ['{"at":1,"note":{"what":1}}', /'note'/],
  [`{"at":1,"mark":{"lines":1,"sha256":"${hash}"}}`, /'mark'/],
  [`{"at":1,"end":{"lines":-1,"sha256":"${hash}"}}`, /'end'/],
  ['{"at":1,"new":tru}', /well-formed/],
  ['{"at":1,x:1}', /well-formed/],
  ['{"at":1,"a\tb":1,"msg":{}}', /well-formed/],
  ['{"at":1,"\\ud8":1,"msg":{}}', /well-formed/],
  ['{"at":1 "msg":{}}', /well-formed/],
  ['{"at":1,"a":nul,"msg":{}}', /well-formed/],
  [`{"at":1,"note":{"what":"a","says":"b","deep":${"[".repeat(5000)}${"]".repeat(5000)}}}`, /too deep/],
];

test.each(refused)("is refused: %s", (text, why) => {
  expect(decode(text)).toEqual({ why: expect.stringMatching(why) });
});

describe("what looks like a payload is none", () => {
  test.each([
    ['{"at":1,"x":"\\"msg\\":{}","msg":{"real":1}}', '{"real":1}'],
    ['{"at":1,"sse":{"event":"x\\",\\"msg\\":5}"},"msg":{"real":1}}', '{"real":1}'],
    ['{"at":1,"x":{"msg":{"no":1}},"msg":{"real":1}}', '{"real":1}'],
    ['{ "at" : 1 , "dir":"c2s", "msg": {"real":1} } ', ' {"real":1} '],
    ['{"\\u0061t":1,"\\u006dsg":{"real":1}}', '{"real":1}'],
    ['{"at":1,"msg":{"msg":{"real":1}}}', '{"msg":{"real":1}}'],
    ['{"at":1,"msg":{"real":1}}\r', '{"real":1}'],
  ])("%s", (text, message) => {
    const { payload } = eventOf(text);
    expect(payload.kind === "msg" && payload.message.text).toBe(message);
  });
});

test("no bytes crash the decoder", () => {
  const whole = spelled.map(([, event]) => encodeEvent(event).subarray(0, -1));
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.nat(), fc.nat(255), fc.nat(3), (bytes, place, byte, how) => {
      const at = place % bytes.length;
      const mutant = [...bytes];
      mutant.splice(at, how === 0 ? 0 : how, ...(how === 3 ? [] : [byte]));
      const decoded = decodeLine(new Uint8Array(mutant));
      if ("event" in decoded) expect(encodeEvent(decoded.event).length).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeLine(bytes)));
});

test("a message that nests a million deep is read", () => {
  const deep = "[".repeat(1e6) + "]".repeat(1e6);
  const { payload } = again(sent(1, "c2s", deep));
  expect(payload.kind === "msg" && payload.message.text === deep).toBe(true);
});

test("a header keeps what it does not know, its version first", () => {
  const { reelwire, ...rest } = header;
  const told = { ...rest, reelwire, later: { a: [1] }, tags: { a: "b" } };
  const bytes = encodeHeader(told);
  expect(textOf(bytes).startsWith('{"reelwire":1,"id":"t-1"')).toBe(true);
  expect(decodeHeader(bytes.subarray(0, -1))).toEqual(told);
});
