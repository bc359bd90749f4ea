// A server that says what a file tells it to: one step of the file (the variable PLANTED names it) for each request,
// the rest at the end of input. A step is a list of `{fd, base64, size}`: bytes, and how many go in one write.
import { readFileSync } from "node:fs";
import { write } from "./nasty/wire.mjs";

const steps = JSON.parse(readFileSync(process.env.PLANTED, "utf8"));
let rest = "";
let saying = Promise.resolve();

process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop();
  for (const line of lines) if (line.includes('"method"')) next();
});
process.stdin.on("end", () => {
  while (steps.length > 0) next();
});

function next() {
  const step = steps.shift() ?? [];
  saying = saying.then(() => say(step));
}

async function say(step) {
  for (const { fd, base64, size } of step) {
    const bytes = Buffer.from(base64, "base64");
    for (let at = 0; at < bytes.length; at += size) {
      write(bytes.subarray(at, at + size), fd);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
