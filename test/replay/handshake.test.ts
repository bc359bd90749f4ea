/** What every server answers, in either era, recorded or not. */
import { describe, expect, it } from "vitest";
import { version } from "../../src/base/index.ts";
import { answersTo, replayed, unusedOf } from "./helpers.ts";

const init = (name = "a") =>
  `0 initialize {"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"${name}","version":"1"}}`;
const legacy = `
  > ${init()}
  < 0 {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}
  > notifications/initialized
  > 1 tools/list
  < 1 {"tools":[]}`;
const claim = (revision = "2026-07-28") =>
  `"_meta":{"io.modelcontextprotocol/protocolVersion":"${revision}"}`;
const modern = `
  > 1 tools/list {${claim()}}
  < 1 {"resultType":"complete","tools":[]}
  > 2 resources/read {"uri":"x",${claim()}}
  < 2 {"resultType":"complete","contents":[]}`;

describe("on a recording of the legacy era", () => {
  it("initialize is answered as recorded, whoever asks and for whatever revision", () => {
    const { live, findings } = replayed(legacy);
    live`
      > "i" initialize {"protocolVersion":"1999-01-01","capabilities":{"roots":{}},"clientInfo":{"name":"other","version":"9"}}
      < "i" {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}
      > notifications/initialized
      > 5 tools/list
      < 5 {"tools":[]}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("an unrecorded server/discover is no known method, so that a client of both eras goes on with initialize", () => {
    const { live, findings } = replayed(legacy);
    live`
      > "server-discover-probe-1" server/discover {${claim()}}
      < "server-discover-probe-1" error {"code":-32601,"message":"Method not found"}
      > ${init()}
      < 0 {"protocolVersion":"2025-11-25",...
    `;
    expect(findings.misses).toEqual([]);
  });

  it("a recorded server/discover is answered as recorded, whatever is claimed and however often", () => {
    const { live, findings } = replayed(`
      > 1 server/discover {${claim()}}
      < 1 error {"code":-32000,"message":"what?"}
      > 2 server/discover {${claim("2027-01-01")}}
      < 2 {"n":2}
      ${legacy}`);
    live`
      > 7 server/discover {${claim("2027-01-01")}}
      < 7 {"n":2}
      > 8 server/discover {"_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"},"x":1}
      < 8 error {"code":-32000,"message":"what?"}
      > 9 server/discover {${claim()}}
      < 9 error {"code":-32000,"message":"what?"}
      > 10 server/discover {${claim("2027-01-01")}}
      < 10 {"n":2}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("without initialize, one is made for the revision that is asked, or the newest known", () => {
    const { live } = replayed('> 1 tools/list\n< 1 {}\n> 2 prompts/get {"name":"a"}\n< 2 {}');
    live`
      > 0 initialize {"protocolVersion":"2025-03-26"}
      < 0 {"protocolVersion":"2025-03-26","capabilities":{"tools":{},"prompts":{}},"serverInfo":{"name":"reelwire replay","version":"${version}"}}
      > 1 initialize {"protocolVersion":"2099-01-01"}
      < 1 {"protocolVersion":"2025-11-25",...
    `;
  });

  it("an initialize without an answer is a miss", () => {
    const { live, findings } = replayed(`> ${init()}`);
    live`
      > ${init()}
      < 0 miss -31003
    `;
    expect(findings.misses).toMatchObject([{ kind: "unanswered", method: "initialize" }]);
  });
});

describe("on a recording of the modern era", () => {
  it("an unrecorded server/discover is answered from what was recorded", () => {
    const { player } = replayed(modern);
    player.opened(0);
    const [answer] = answersTo(player, `0 server/discover {${claim()}}`);
    expect(JSON.parse(answer!)).toEqual({
      jsonrpc: "2.0",
      id: 0,
      result: {
        resultType: "complete",
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {}, resources: {} },
        ttlMs: 0,
        cacheScope: "private",
        _meta: { "io.modelcontextprotocol/serverInfo": { name: "reelwire replay", version } },
      },
    });
  });

  it("what was subscribed to counts among the capabilities", () => {
    const { player } = replayed(`${modern}\n> 3 subscriptions/listen {${claim()}}`);
    player.opened(0);
    const [answer] = answersTo(player, `0 server/discover {${claim()}}`);
    expect(JSON.parse(answer!).result.capabilities).toEqual({
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
    });
  });

  it("initialize is an error that names the revisions", () => {
    const { player, findings } = replayed(modern);
    player.opened(0);
    const { error, id } = JSON.parse(
      answersTo(player, `"x" initialize {"protocolVersion":"2025-11-25"}`)[0]!,
    );
    expect(id).toBe("x");
    expect(error).toMatchObject({
      code: -32022,
      data: { supported: ["2026-07-28"], requested: "2025-11-25" },
    });
    expect(error.message).toContain("2026-07-28");
    expect(findings.misses).toEqual([]);
  });

  it("any request may be the first", () => {
    const { live } = replayed(modern);
    live`
      > 7 resources/read {"uri":"x",${claim()}}
      < 7 {"resultType":"complete","contents":[]}
    `;
  });
});

describe("on a recording of both", () => {
  const both = `
    > 1 tools/list {${claim()}}
    < 1 {"resultType":"complete","tools":[1]}
    ${legacy.replace("> 1 tools", "> 2 tools").replace("< 1 {", "< 2 {")}`;
  it("each request is answered in its own era", () => {
    const { live } = replayed(both);
    live`
      > 5 tools/list {${claim()}}
      < 5 {"resultType":"complete","tools":[1]}
      > ${init()}
      < 0 {"protocolVersion":"2025-11-25",...
      > 6 tools/list
      < 6 {"tools":[]}
    `;
  });
});

describe("ping", () => {
  it.each([
    ["legacy", legacy],
    ["modern", modern],
    ["with a ping of its own", `> 1 ping\n< 1 {"odd":true}\n> 2 tools/list\n< 2 {}`],
  ])("is always answered: %s", (_, tape) => {
    const { live, findings } = replayed(tape);
    live`
      > 0 ping
      < 0 {}
      > "" ping {}
      < "" {}
    `;
    expect(findings.misses).toEqual([]);
  });
});

describe("reconnecting", () => {
  const twice = `
    > ${init()}
    < 0 {"round":1}
    > 1 tools/call {"name":"x"}
    < 1 {"x":1}
    > ${init()}
    < 0 {"round":2}
    > 1 tools/call {"name":"x"}
    < 1 {"x":2}`;

  it("a second initialize advances to what came after the recorded second one", () => {
    const { live, findings } = replayed(twice);
    live`
      > ${init()}
      < 0 {"round":1}
      > 1 tools/call {"name":"x"}
      < 1 {"x":1}
      > ${init()}
      < 0 {"round":2}
      > 1 tools/call {"name":"x"}
      < 1 {"x":2}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("also before everything of the first was done; each round has only its own calls", () => {
    const { live, player } = replayed(twice);
    live`
      > ${init()}
      < 0 {"round":1}
      > ${init()}
      < 0 {"round":2}
      > 1 tools/call {"name":"x"}
      < 1 {"x":2}
      > 2 tools/call {"name":"x"}
      < 2 miss -31002
    `;
    expect(unusedOf(player)).toEqual([2]);
  });

  it("once more than recorded is a miss", () => {
    const { live, findings } = replayed(twice);
    live`
      > ${init()}
      < 0 {"round":1}
      > ${init()}
      < 0 {"round":2}
      > ${init()}
      < 0 miss -31006
    `;
    expect(findings.misses).toMatchObject([{ kind: "conversation", method: "initialize" }]);
  });

  it.each([
    ["last", [1, 2, 2, 2]],
    ["cycle", [1, 2, 1, 2]],
  ] as const)("or as the policy says: %s", (repeat, rounds) => {
    const { player } = replayed(twice, { repeat });
    player.opened(0);
    for (const round of rounds) {
      expect(answersTo(player, init())).toEqual([`{"jsonrpc":"2.0","id":0,"result":{"round":${round}}}`]);
      expect(answersTo(player, '1 tools/call {"name":"x"}')).toEqual([
        `{"jsonrpc":"2.0","id":1,"result":{"x":${round}}}`,
      ]);
    }
  });
});

it("the handshake is never told as unused", () => {
  const { live, player } = replayed(`> 9 server/discover\n< 9 {}\n${legacy}\n> 4 ping\n< 4 {}`);
  live`
    > 1 tools/list
    < 1 {"tools":[]}
  `;
  expect(unusedOf(player)).toEqual([]);
});
