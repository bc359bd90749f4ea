// A scripted stdio server for tests: no SDK, every byte it writes is chosen here. A `tools/call` names a behaviour
// (see nasty/tools.mjs); what it does as a process is said by a JSON object in the environment variable NASTY
// (see nasty/life.mjs). It echoes the id as it was spelled.
import { live, setting } from "./nasty/life.mjs";
import { tools } from "./nasty/tools.mjs";
import { answerFrom, answerTo, error, logInput, write } from "./nasty/wire.mjs";

const served = {
  initialize: (call) => {
    const version = JSON.stringify(call.params?.protocolVersion ?? "2025-11-25");
    const info = '{"name":"nasty-server","version":"1.0.0"}';
    call.answer(`{"protocolVersion":${version},"capabilities":{"tools":{}},"serverInfo":${info}}`);
  },
  "server/discover": (call) => {
    const info = '{"name":"nasty-server","version":"1.0.0"}';
    const rest = `"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":${info}}`;
    call.answer(
      `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},${rest}}`,
    );
  },
  ping: (call) => call.answer("{}"),
  "tools/list": (call) => {
    const list = Object.keys(tools).map((name) => ({ name, inputSchema: { type: "object" } }));
    call.answer(JSON.stringify({ tools: list }));
  },
  "tools/call": async (call) => {
    const tool = tools[call.params?.name];
    if (!tool) return error(call.id, -32602, `no tool ${call.params?.name}`);
    setting.countFile?.(call.params.name);
    await tool(call, call.params.arguments ?? {});
  },
};

/** The id as it stands in the text; tests put it before anything that looks like one. */
function spelledId(line) {
  return /"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?[\d.eE+-]+|null)/.exec(line)?.[1];
}

function take(line) {
  if (line.trim() === "") return;
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return error("null", -32700, "not JSON");
  }
  const id = spelledId(line);
  if (message.method === "notifications/cancelled") return tools.slow.cancel(message.params);
  if (message.method === undefined) return answerFrom(message, id, line);
  if (id === undefined) return;
  const call = { id, line, params: message.params, answer: (result) => answerTo(id, result) };
  const serve = served[message.method];
  if (!serve) return error(id, -32601, `no method ${message.method}`);
  Promise.resolve(serve(call)).catch((problem) => write(`broken: ${problem.stack}\n`));
}

let rest = "";
await live(() => {
  const decoder = new TextDecoder();
  process.stdin.on("data", (chunk) => {
    logInput(chunk);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) take(line);
  });
});
