/** Small tapes for the tests of this folder, written out as the format says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { decodeHeader, type TapeHeader, TapeWriter } from "../../src/tape/index.ts";

export const header =
  '{"reelwire":1,"id":"t-1","startedAt":"2026-11-20T08:00:00.000000Z","name":"weather","tags":{"suite":"smoke"},"server":{"transport":"stdio","command":["npx","srv"]},"future":12345678901234567890}';

export const handshake = [
  '{"at":0,"open":{"side":"server","pid":4242}}',
  '{"at":812,"dir":"c2s","msg":{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"ide","version":"1"}}}}',
  '{"at":9120,"dir":"s2c","msg":{"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"Weather","version":"2"}},"jsonrpc":"2.0","id":0}}',
  '{"at":9200,"dir":"c2s","msg":{"jsonrpc":"2.0","method":"notifications/initialized"}}',
];

/** A call with progress and a nested request of the server, and an answer full of odd numbers. */
export const oddAnswer =
  '{"jsonrpc":"2.0","id":1,"result":{"content":[],"v":1.0,"e":1e400,"big":12345678901234567890,"dup":1,"dup":2,"__proto__":{"x":1},"esc":"\\u001b[2J","isError":true}}';
export const oddCall = [
  '{"at":10000,"dir":"c2s","msg":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_\\u001b[31mred","arguments":{"city":"Paris","n":12345678901234567890},"_meta":{"progressToken":"p1"}}}}',
  '{"at":11000,"dir":"s2c","msg":{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p1","progress":1}}}',
  '{"at":12000,"dir":"s2c","msg":{"jsonrpc":"2.0","id":"1","method":"sampling/createMessage","params":{}}}',
  '{"at":12500,"dir":"c2s","msg":{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"no"}}}',
  `{"at":13000,"dir":"s2c","msg":${oddAnswer}}`,
];

export const streams = [
  '{"at":13100,"stderr":"warning: \\u001b[1mbold\\u001b[0m\\n"}',
  '{"at":13200,"dir":"s2c","text":"Server listening \\u001b]0;owned\\u0007\\u202eevil"}',
  '{"at":13300,"dir":"s2c","bytes":"/wD/"}',
  '{"at":13400,"on":"stderr","bytes":"/w=="}',
];

/** One cancelled, one cancelled and answered late, one without answer. */
export const troubled = [
  '{"at":14000,"dir":"c2s","msg":{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"slow"}}}',
  '{"at":15000,"dir":"c2s","msg":{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}}',
  '{"at":15500,"dir":"s2c","msg":{"jsonrpc":"2.0","id":2,"result":{}}}',
  '{"at":15600,"dir":"s2c","msg":{"jsonrpc":"2.0","id":99,"result":{}}}',
  '{"at":16000,"dir":"c2s","msg":{"jsonrpc":"2.0","id":3,"method":"ping"}}',
];

export const batch = [
  '{"at":17000,"dir":"c2s","msg":[{"jsonrpc":"2.0","id":10,"method":"tools/list"},{"jsonrpc":"2.0","id":11,"method":"resources/read","params":{"uri":"file:///x"}}]}',
  '{"at":18000,"dir":"s2c","msg":[{"jsonrpc":"2.0","id":11,"error":{"code":-32002,"message":"none"}},{"jsonrpc":"2.0","id":10,"result":{"tools":[]}}]}',
];

export const secondConversation = [
  '{"at":19000,"conn":2,"dir":"c2s","msg":{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"other"}}}',
  '{"at":21000,"conn":2,"dir":"s2c","msg":{"jsonrpc":"2.0","id":1,"result":{"content":[]}}}',
];

export const notes = [
  '{"at":22000,"note":{"what":"dropped","says":"3 messages were dropped"}}',
  '{"at":22500,"gap":{"events":3}}',
  '{"at":23000,"futuristic":{"of":"later"}}',
  '{"at":23100,"close":{"side":"server","code":3,"signal":null}}',
];

export const everything = [
  ...handshake,
  ...oddCall,
  ...streams,
  ...troubled,
  ...batch,
  ...secondConversation,
  ...notes,
];

/** The text of a tape without an end, as a writer that was stopped leaves it. */
export function unfinished(lines: readonly string[], head = header): string {
  return `${[head, ...lines].join("\n")}\n`;
}

/** The text of a tape with checkpoints and its end. */
export function complete(lines: readonly string[], head = header): string {
  const parts: Uint8Array[] = [];
  const parsed: TapeHeader = decodeHeader(Buffer.from(head));
  const writer = new TapeWriter({ write: (bytes) => void parts.push(bytes.slice()) }, parsed, {
    headerLine: Buffer.from(`${head}\n`),
  });
  for (const line of lines) writer.copy(Buffer.from(`${line}\n`), (JSON.parse(line) as { at: number }).at);
  writer.end(24_000);
  return Buffer.concat(parts).toString();
}

/** A tape of many calls, two lines each. */
export function* manyCalls(count: number): Generator<string> {
  yield `${header}\n`;
  for (let i = 1; i <= count; i++) {
    yield `{"at":${i * 10},"dir":"c2s","msg":{"jsonrpc":"2.0","id":${i},"method":"tools/call","params":{"name":"t${i}"}}}\n`;
    yield `{"at":${i * 10 + 5},"dir":"s2c","msg":{"jsonrpc":"2.0","id":${i},"result":{"content":[]}}}\n`;
  }
}

/** A folder that is gone after the test. */
export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), "reelwire-cli-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}
