/** Messages that are too long to be looked at as one text are looked at in windows: nothing hides at their edges. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { credentials } from "./credentials.ts";
import { knowing } from "./redacting.ts";

const known = "Kn0wn-value of mine";
const filling = 'the forecast for station 4117 says \\"light rain\\" until noon;\\n ';

/** A message of some 100 kB with a text at a place of it, within a string or as a member of its own. */
function message(place: number, text: string, asMember: boolean): string {
  const before = filling
    .repeat(Math.ceil(place / filling.length))
    .slice(0, place)
    .replace(/\\+$/, "");
  const rest = filling.repeat(600);
  return asMember
    ? `{"jsonrpc":"2.0","id":1,"result":{"a":"${before}",${text},"z":"${rest}"}}`
    : `{"jsonrpc":"2.0","id":1,"result":{"a":"${before} ${text} ${rest}"}}`;
}

const clean = (text: string): string => knowing(known).message(parseMessage(text)!, "s2c").message.text;
const places = fc.integer({ min: 0, max: 70_000 });

describe("anywhere in a long message", () => {
  it.each<[string, string, string, boolean]>([
    ["a member", '"password":"hunter2x"', "hunter2x", true],
    ["a member with blanks", '"password"         :  "hunter2x"', "hunter2x", true],
    ["a member over lines", '"password"\r\n\t:\r\n"hunter2x"', "hunter2x", true],
    ["a list of names and values", '"h":[{"name":"Authorization","value":"hunter2x"}]', "hunter2x", true],
    ["a flag in a list", '"args":["--api-key","hunter2x"]', "hunter2x", true],
    ["an escaped key", '"\\u0070assword":"hunter2x"', "hunter2x", true],
    ["JSON in a string", '"t":"{\\"password\\":\\"hunter2x\\"}"', "hunter2x", true],
    ["a known value", known, known, false],
    ["an assignment", "password=hunter2x", "hunter2x", false],
    ["a header", "Authorization: Bearer hunter2x", "hunter2x", false],
    [
      "base64",
      Buffer.from('{"password":"hunter2x!"}').toString("base64"),
      "eyJwYXNzd29yZCI6Imh1bnRlcjJ4",
      false,
    ],
    ["a URL", ["https://u", "hunter2x@example.org"].join(":"), "hunter2x", false],
  ])("%s", (_, text, secret, asMember) => {
    fc.assert(
      fc.property(places, (place) => {
        const whole = message(place, text, asMember);
        const said = clean(whole);
        expect(said).not.toContain(secret);
        expect(said.startsWith(whole.slice(0, whole.indexOf(text)))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("every kind of credential, at every edge of a window", () => {
    const random = seededRandom(7);
    for (const { kind, value, text } of credentials(random)) {
      const place = (32 * 1024 - random.below(text.length + 200)) | 0;
      const inJson = JSON.stringify(text).slice(1, -1);
      expect(clean(message(place, inJson, false)), kind).not.toContain(JSON.stringify(value).slice(1, -1));
    }
  });

  it("what holds nothing is the same object", () => {
    const whole = parseMessage(message(50_000, '"n":12345678901234567890', true))!;
    expect(knowing(known).message(whole, "s2c").message).toBe(whole);
  });
});
