import { describe, expect, it } from "vitest";
import { replayed } from "./helpers.ts";

const opening = `
  > {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}
  < {"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}
  > {"jsonrpc":"2.0","method":"notifications/initialized"}
`;

describe("order and cause", () => {
  it("progress comes before the result, with the live token", () => {
    const { live, findings } = replayed(`${opening}
      > {"id":1,"method":"tools/call","params":{"name":"slow","_meta":{"progressToken":1}}}
      < {"method":"notifications/progress","params":{"progressToken":1,"progress":1}}
      < {"method":"notifications/progress","params":{"progressToken":1,"progress":2}}
      < {"result":{"ok":true},"id":1}
    `);
    live`
      client opened
      >> client {"id":"i","method":"initialize","params":{}}
      << client {"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}
      >> client {"method":"notifications/initialized"}
      >> client {"id":"x","method":"tools/call","params":{"name":"slow","_meta":{"progressToken":"t-9"}}}
      << client {"method":"notifications/progress","params":{"progressToken":"t-9","progress":1}}
      << client {"method":"notifications/progress","params":{"progressToken":"t-9","progress":2}}
      << client {"result":{"ok":true},"id":"x"}
    `;
    expect(findings).toEqual({ misses: [], inexact: [] });
  });
});
