// A server built with the official SDK v2, the only kind that speaks the modern era on stdio. MODERN_LEGACY=reject
// refuses the old handshake; otherwise it serves both eras. Its answers are the same on every run.
import { acceptedContent, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const text = (value) => ({ content: [{ type: "text", text: value }] });

function build() {
  const server = new McpServer(
    { name: "modern-server", version: "1.0.0" },
    { capabilities: { tools: {}, logging: {} }, instructions: "Answers the same on every run." },
  );
  const echo = { description: "Says it again", inputSchema: z.object({ message: z.string() }) };
  server.registerTool("echo", echo, ({ message }) => text(message));

  const slow = { description: "Takes steps and tells", inputSchema: z.object({ steps: z.number().int() }) };
  server.registerTool("slow", slow, async ({ steps }, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (let progress = 1; progress <= steps && progressToken !== undefined; progress++) {
      await ctx.mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken, progress, total: steps },
      });
    }
    return text(`took ${steps} steps`);
  });

  server.registerTool("fails", { description: "Always fails" }, () => ({
    ...text("it broke"),
    isError: true,
  }));
  server.registerTool("throws", { description: "Throws" }, () => {
    throw new Error("thrown on purpose");
  });

  const numbers = {
    description: "Numbers at the edge of a double",
    outputSchema: z.object({ safe: z.number(), power: z.number(), real: z.number() }),
  };
  server.registerTool("numbers", numbers, () => {
    const structuredContent = { safe: Number.MAX_SAFE_INTEGER, power: 2 ** 62, real: 0.1 + 0.2 };
    return { ...text("9007199254740991 4611686018427387904"), structuredContent };
  });

  const confirmation = z.object({ confirm: z.boolean() });
  const deploy = { description: "Asks before it acts", inputSchema: z.object({ to: z.string() }) };
  server.registerTool("deploy", deploy, ({ to }, ctx) => {
    const answer = acceptedContent(ctx.mcpReq.inputResponses, "confirm", confirmation);
    if (answer?.confirm === true) return text(`deployed to ${to}`);
    const asked = inputRequired.elicit({ message: `Deploy to ${to}?`, requestedSchema: confirmation });
    return inputRequired({ inputRequests: { confirm: asked }, requestState: "state-1" });
  });
  return server;
}

serveStdio(build, { legacy: process.env.MODERN_LEGACY === "reject" ? "reject" : "serve" });
