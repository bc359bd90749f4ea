// The server that people write first: a line, JSON.parse, JSON.stringify. The second base of the replay bench.
import { createInterface } from "node:readline";

const text = "the forecast says light rain with 12.5 mm until noon".padEnd(
  Number(process.env.ECHO_SIZE ?? 200) - 90,
  " ",
);
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write(
    `${JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } })}\n`,
  );
});
