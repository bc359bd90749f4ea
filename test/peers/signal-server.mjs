// A server that says on stderr which signals reached it. It starts a helper in its process group, answers every line
// with the pids of both, and leaves at the end of its input.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const helper = spawn(process.execPath, ["-e", "setInterval(() => {}, 1 << 30)"], { stdio: "ignore" });
for (const signal of ["SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT"])
  process.on(signal, () => process.stderr.write(`got ${signal}\n`));

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { id } = JSON.parse(line);
  const result = { server: process.pid, helper: helper.pid };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
});
lines.on("close", () => {
  helper.kill("SIGKILL");
  process.exitCode = 0;
  for (const signal of ["SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT"]) process.removeAllListeners(signal);
});
