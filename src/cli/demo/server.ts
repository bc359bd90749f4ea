import { createInterface } from "node:readline";

/**
 * The server that `demo` records: a small MCP server on stdio (2025-11-25) with no dependencies, run as a process of
 * its own. Its answers are made up and always the same.
 */

interface Request {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: { readonly city?: string; readonly days?: number };
    readonly _meta?: { readonly progressToken?: string | number };
  };
}

const revision = "2025-11-25";
const forecasts: Readonly<Record<string, string>> = {
  paris: "light rain, 12 degrees",
  oslo: "snow, -3 degrees",
  lima: "overcast, 19 degrees",
};

const tools = [
  {
    name: "get_forecast",
    description: "The weather in a city",
    inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
  {
    name: "get_outlook",
    description: "The weather of several days, with progress",
    inputSchema: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
  },
];

process.stderr.write("demo weather server is up\n");
createInterface({ input: process.stdin }).on("line", (line) => answer(JSON.parse(line) as Request));

function answer(request: Request): void {
  if (request.id === undefined) return;
  const result = resultOf(request);
  if (result) send({ jsonrpc: "2.0", id: request.id, result });
  else send({ jsonrpc: "2.0", id: request.id, error: { code: -32601, message: "Method not found" } });
}

function resultOf({ method, params }: Request): object | undefined {
  if (method === "initialize")
    return {
      protocolVersion: revision,
      capabilities: { tools: {} },
      serverInfo: { name: "demo-weather", version: "1.0.0" },
    };
  if (method === "tools/list") return { tools };
  if (method !== "tools/call") return undefined;
  const { city = "", days = 3 } = params?.arguments ?? {};
  const weather = forecasts[city.toLowerCase()];
  if (weather === undefined) return { ...text(`no station in ${city}`), isError: true };
  if (params?.name === "get_outlook") return outlook(city, days, weather, params._meta?.progressToken);
  return text(`${city}: ${weather}`);
}

function outlook(city: string, days: number, weather: string, token?: string | number): object {
  for (let day = 1; day <= days && token !== undefined; day++) {
    const params = { progressToken: token, progress: day, total: days, message: `day ${day}` };
    send({ jsonrpc: "2.0", method: "notifications/progress", params });
  }
  return text(`${city}, ${days} days: ${weather}`);
}

function text(said: string): { content: object[] } {
  return { content: [{ type: "text", text: said }] };
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
