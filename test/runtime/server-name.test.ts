import { expect, it } from "vitest";
import { serverName } from "../../src/runtime/index.ts";

it.each<[command: string[], name: string]>([
  [["npx", "-y", "@modelcontextprotocol/server-filesystem", "."], "server-filesystem"],
  [["npx", "-y", "@acme/weather-mcp@1.2.3"], "weather-mcp"],
  [["node", "node_modules/@modelcontextprotocol/server-everything/dist/index.js"], "server-everything"],
  [["node", "./server.js"], "server"],
  [["node", "build/weather.mjs"], "weather"],
  [["uvx", "mcp-server-git"], "mcp-server-git"],
  [["python3", "-m", "notes.py"], "notes"],
  [["docker", "run", "-i", "--rm", "mcp/time"], "time"],
  [["C:\\tools\\srv.exe"], "srv"],
  [["/usr/bin/env", "node", "x.js"], "x"],
  [["node"], "node"],
  [["../../etc/pass wd"], "pass-wd"],
  [["..", "."], "server"],
  [["-"], "server"],
  [[`/x/${"a".repeat(100)}`], "a".repeat(64)],
])("%j is called %s", (command, name) => {
  expect(serverName(command)).toBe(name);
});
