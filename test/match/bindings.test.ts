import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { isJson } from "../../src/base/index.ts";
import { bindingsMax } from "../../src/match/bindings.ts";
import { Bindings, spliced } from "../../src/match/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { anyJson } from "./json.ts";

const uuid = "123e4567-e89b-12d3-a456-426614174000";
const live = "00000000-0000-4000-8000-00000000000a";

function sent(text: string, ...bound: (readonly [recorded: string, live: string])[]): string {
  const bindings = new Bindings();
  for (const [recorded, now] of bound) bindings.bind(recorded, now);
  const message = parseMessage(text)!;
  return spliced(message, bindings.splices(message)).text;
}
const result = (inside: string) => `{"jsonrpc":"2.0","id":1,"result":${inside}}`;

describe("a bound value that comes back", () => {
  it.each<[what: string, said: string, now: string]>([
    ["as a value", `{"id":"${uuid}"}`, `{"id":"${live}"}`],
    ["more than once", `["${uuid}","${uuid}"]`, `["${live}","${live}"]`],
    ["within a text", `{"text":"made ${uuid}, done"}`, `{"text":"made ${live}, done"}`],
    ["after an escape", `{"text":"a\\n${uuid}\\t${uuid}"}`, `{"text":"a\\n${live}\\t${live}"}`],
    ["after an escaped character", `{"text":"\\u00e9${uuid}\\u00e9"}`, `{"text":"\\u00e9${live}\\u00e9"}`],
    ["in JSON within a text", `{"text":"{\\"id\\":\\"${uuid}\\"}"}`, `{"text":"{\\"id\\":\\"${live}\\"}"}`],
    ["as a key", `{"${uuid}":1}`, `{"${live}":1}`],
    ["in a URI", `{"uri":"urn:uuid:${uuid}#x"}`, `{"uri":"urn:uuid:${live}#x"}`],
    ["among characters of several bytes", `{"text":"é😀${uuid}é"}`, `{"text":"é😀${live}é"}`],
  ])("%s", (_, said, now) => {
    expect(sent(result(said), [uuid, live])).toBe(result(now));
  });

  it.each<[what: string, said: string, recorded: string]>([
    ["within a longer word", `{"text":"x${uuid} ${uuid}0"}`, uuid],
    [
      "within a longer number",
      "[17000000001,1170000000,1700000000.5,-1700000000,1700000000e2]",
      "1700000000",
    ],
    ["in another case", `{"text":"${uuid.toUpperCase()}"}`, uuid],
    ["partly escaped", `{"text":"\\u0031${uuid.slice(1)}"}`, uuid],
    ["that begins within an escape", '{"text":"\\u00411234567"}', "00411234567"],
    ["that begins with the letter of an escape", '{"text":"\\nabcdefgh"}', "nabcdefgh"],
  ])("is left %s", (_, said, recorded) => {
    expect(sent(result(said), [recorded, "99999999"])).toBe(result(said));
  });

  it("is rewritten in results, errors and parameters, and nowhere else", () => {
    for (const part of ["result", "error", "params"])
      expect(sent(`{"x":"${uuid}","${part}":{"a":"${uuid}"}}`, [uuid, live])).toBe(
        `{"x":"${uuid}","${part}":{"a":"${live}"}}`,
      );
    expect(sent(`{"id":"${uuid}","method":"${uuid}"}`, [uuid, live])).toBe(
      `{"id":"${uuid}","method":"${uuid}"}`,
    );
  });

  it("a number for a number, in texts too", () => {
    expect(sent(result('[1700000000,"at 1700000000"]'), ["1700000000", "1800000001"])).toBe(
      result('[1800000001,"at 1800000001"]'),
    );
    expect(sent(result("1700000000"), ["1700000000", "1800000001"])).toBe(result("1800000001"));
  });

  it("a text never stands where a number or structure was", () => {
    const bound = [
      ["20260101", "task-x"],
      ["[1,2,3,4]", "oh no"],
      ["true,false", "x"],
    ] as const;
    const said = '{"n":20260101,"l":[1,2,3,4],"b":[true,false],"t":"20260101 [1,2,3,4]"}';
    expect(sent(result(said), ...bound)).toBe(
      result('{"n":20260101,"l":[1,2,3,4],"b":[true,false],"t":"task-x oh no"}'),
    );
  });

  it("as JSON, whatever the live one is", () => {
    const now = 'a"b\\c\n\ud800é';
    const out = sent(result(`{"t":"<${uuid}>"}`), [uuid, now]);
    expect(JSON.parse(out).result.t).toBe(`<${now}>`);
  });

  it("the longest of several that begin alike; two that changed places", () => {
    expect(sent(result('"abcdefgh abcdefgh-1 abcdefgh-2"'), ["abcdefgh", "X"], ["abcdefgh-1", "Y"])).toBe(
      result('"X Y X-2"'),
    );
    expect(sent(result('"aaaaaaaa bbbbbbbb"'), ["aaaaaaaa", "bbbbbbbb"], ["bbbbbbbb", "aaaaaaaa"])).toBe(
      result('"bbbbbbbb aaaaaaaa"'),
    );
  });

  it("by the last binding; none when it is the same again", () => {
    expect(sent(result(`"${uuid}"`), [uuid, "one more"], [uuid, live])).toBe(result(`"${live}"`));
    expect(sent(result(`"${uuid}"`), [uuid, live], [uuid, uuid])).toBe(result(`"${uuid}"`));
  });

  it.each(["", "1", "abcdefg", 'quote"quote', "back\\slash", "a/b/c/d/e", "umläut-umläut", "line\nline\n"])(
    "%j is never looked for: it is short, or could be spelled in several ways",
    (recorded) => {
      const bindings = new Bindings();
      bindings.bind(recorded, live);
      expect(bindings.size).toBe(0);
    },
  );

  it("a task's id under its name, however short", () => {
    const bindings = new Bindings();
    bindings.bindTask("7", "live-7");
    bindings.bindTask("task-0001", 'a"b');
    const said =
      '{"taskId":"7","x":{"taskId" : "7"},"other":"7","text":"\\"taskId\\":\\"7\\" task-0001","n":[{"taskId":7},{"taskId":"task-0001"}]}';
    const message = parseMessage(result(said))!;
    expect(spliced(message, bindings.splices(message)).text).toBe(
      result(
        '{"taskId":"live-7","x":{"taskId" : "live-7"},"other":"7","text":"\\"taskId\\":\\"7\\" a\\"b","n":[{"taskId":7},{"taskId":"a\\"b"}]}',
      ),
    );
    bindings.bindTask("7", "7");
    const again = parseMessage(result('{"taskId":"7"}'))!;
    expect(bindings.splices(again)).toEqual([]);
  });

  it("pair by pair, as far as there are pairs", () => {
    const bindings = new Bindings();
    bindings.bindAll(["aaaaaaaa", "bbbbbbbb", "cccccccc"], ["11111111", "22222222"]);
    const message = parseMessage(result('"aaaaaaaa bbbbbbbb cccccccc"'))!;
    expect(spliced(message, bindings.splices(message)).text).toBe(result('"11111111 22222222 cccccccc"'));
  });

  it("not for ever: the oldest is forgotten", () => {
    const bindings = new Bindings();
    for (let i = 0; i <= bindingsMax; i++) bindings.bind(`recorded ${i}`, `live ${i}`);
    expect(bindings.size).toBe(bindingsMax);
    const message = parseMessage(result('"recorded 0, recorded 1"'))!;
    expect(spliced(message, bindings.splices(message)).text).toBe(result('"recorded 0, live 1"'));
  });
});

test("any values bound in any message leave well-formed JSON", () => {
  const part = fc.constantFrom(
    "1,1,1,1,",
    "[1,1,1",
    "11111111",
    "u0041u00",
    ':"a",::',
    "a b c d ",
    "-1.5e+10",
    "tttttttt",
    "        ",
  );
  const bound = fc.array(fc.tuple(fc.oneof(part, fc.string({ minLength: 8, maxLength: 12 })), fc.string()), {
    maxLength: 6,
  });
  const text = fc
    .tuple(
      anyJson,
      fc.array(
        fc.oneof(
          part,
          anyJson.map((json) => json.replaceAll(/\s/g, "")),
        ),
      ),
    )
    .map(
      ([json, parts]) =>
        `{"a":${json},"b":${JSON.stringify(parts.join(""))},"n":[11111111,1,1,1,1,-1.5e+10],"e":"\\u0041\\u0041"}`,
    );
  fc.assert(
    fc.property(text, bound, (json, pairs) => {
      const out = sent(result(json), ...pairs);
      expect(isJson(out), out).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
