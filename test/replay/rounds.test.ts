/** A request of several rounds is one operation; subscriptions and tasks are what they were, however they are polled. */
import { describe, expect, it } from "vitest";
import { replayed, unusedOf } from "./helpers.ts";

const none = { misses: [], inexact: [] };
const claim = '"io.modelcontextprotocol/protocolVersion":"2026-07-28"';
const params = (name: string, more = "", token = "1") =>
  `{"name":"${name}",${more}"_meta":{"progressToken":${token},${claim}}}`;
const needs = (state: string, extra = "") =>
  `{"resultType":"input_required","inputRequests":{"k":{"method":"elicitation/create","params":{}}},"requestState":${state}${extra}}`;
const gives = (state: string, answer: string) =>
  `"inputResponses":{"k":{"action":"${answer}"}},"requestState":${state},`;

describe("input_required and its retry", () => {
  const op = (id: number, state: string, answer: string, result: string) => `
    > ${id} tools/call ${params("pay")}
    < ${id} ${needs(state)}
    > ${id}1 tools/call ${params("pay", gives(state, answer))}
    < ${id}1 {"resultType":"complete","is":"${result}"}`;

  it("are one operation", () => {
    const { live, findings, player } = replayed(op(1, '"s1"', "accept", "paid"));
    live`
      > "a" tools/call ${params("pay", "", '"t"')}
      < "a" ${needs('"s1"')}
      > "b" tools/call ${params("pay", gives('"s1"', "accept"), "9")}
      < "b" {"resultType":"complete","is":"paid"}
    `;
    expect(findings).toEqual(none);
    expect(unusedOf(player)).toEqual([]);
  });

  it("of several rounds: each goes on where the one before ended", () => {
    const { live, findings } = replayed(`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 2 ${needs('"s2"')}
      > 3 tools/call ${params("pay", gives('"s2"', "accept"))}
      < 3 {"resultType":"complete"}`);
    live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 2 ${needs('"s2"')}
      > 3 tools/call ${params("pay", gives('"s2"', "accept"))}
      < 3 {"resultType":"complete"}
    `;
    expect(findings).toEqual(none);
  });

  it.each([
    ["a state that nobody handed out", '"forged"'],
    ["a state of another JSON type", '["s1"]'],
  ])("%s is a miss", (_, state) => {
    const { live, findings } = replayed(op(1, '"s1"', "accept", "paid"));
    live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives(state, "accept"))}
      < 2 miss -31004
      > 3 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 3 {"resultType":"complete","is":"paid"}
    `;
    expect(findings.misses).toMatchObject([{ kind: "retry", target: "pay" }]);
  });

  it("a state is good once, and only after it was handed out", () => {
    const { live } = replayed(op(1, '"s1"', "accept", "paid"));
    live`
      > 0 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 0 miss -31004
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 2 {"resultType":"complete","is":"paid"}
      > 3 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 3 miss -31004
    `;
  });

  it("of another call with the same state is a miss", () => {
    const { live } = replayed(op(1, '"s1"', "accept", "paid"));
    live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("steal", gives('"s1"', "accept"))}
      < 2 miss -31004
    `;
  });

  it("that was never gone on with when it was recorded is a miss", () => {
    const { live } = replayed(`> 1 tools/call ${params("pay")}\n< 1 ${needs('"s1"')}`);
    live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 2 miss -31004
    `;
  });

  it("without a state, by its parameters", () => {
    const bare = '{"resultType":"input_required","inputRequests":{}}';
    const { live } = replayed(`
      > 1 prompts/get ${params("p")}
      < 1 ${bare}
      > 2 prompts/get ${params("p", '"inputResponses":{},')}
      < 2 {"resultType":"complete"}`);
    live`
      > 1 prompts/get ${params("p")}
      < 1 ${bare}
      > 2 prompts/get ${params("p", '"inputResponses":{},')}
      < 2 {"resultType":"complete"}
    `;
  });

  it("two at once are told apart by their states, in whatever order they go on", () => {
    const { live, findings } = replayed(`
      > 1 tools/call ${params("pay")}
      > 2 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      < 2 ${needs('"s2"')}
      > 3 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 3 {"is":1}
      > 4 tools/call ${params("pay", gives('"s2"', "accept"))}
      < 4 {"is":2}`);
    live`
      > 1 tools/call ${params("pay")}
      << wait 20 ms
      > 2 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      < 2 ${needs('"s2"')}
      > 4 tools/call ${params("pay", gives('"s2"', "accept"))}
      < 4 {"is":2}
      > 3 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 3 {"is":1}
    `;
    expect(findings).toEqual(none);
  });

  it("other answers: as the equal operation that was answered so", () => {
    const { live, findings } = replayed(
      op(1, '"s1"', "accept", "paid") + op(2, '"s2"', "decline", "not paid"),
    );
    live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "decline"))}
      < 2 {"resultType":"complete","is":"not paid"}
      > 3 tools/call ${params("pay")}
      < 3 ${needs('"s1"')}
      > 4 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 4 {"resultType":"complete","is":"paid"}
    `;
    expect(findings).toEqual(none);
  });

  it("other answers, without such an operation: as recorded and flagged, or a miss", () => {
    const asked = replayed(op(1, '"s1"', "accept", "paid"));
    asked.live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "decline"))}
      < 2 {"_meta":{"reelwire/inexact":{"why":"answer","call":2,"pointer":"/k/action"}},"resultType":"complete","is":"paid"}
    `;
    expect(asked.findings.inexact).toMatchObject([{ why: "answer", call: 2 }]);
    const compared = replayed(op(1, '"s1"', "accept", "paid"), { answers: "compare" });
    compared.live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "decline"))}
      < 2 miss -31005
    `;
    expect(compared.findings.misses).toMatchObject([{ kind: "answer", nearest: { call: 2 } }]);
  });

  it("again and again with --repeat last", () => {
    const { live, findings } = replayed(op(1, '"s1"', "accept", "paid"), { repeat: "last" });
    live`
      > 1 tools/call ${params("pay")}
      < 1 ${needs('"s1"')}
      > 2 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 2 {"resultType":"complete","is":"paid"}
      > 3 tools/call ${params("pay")}
      < 3 ${needs('"s1"')}
      > 4 tools/call ${params("pay", gives('"s1"', "accept"))}
      < 4 {"resultType":"complete","is":"paid"}
    `;
    expect(findings).toEqual(none);
  });
});
