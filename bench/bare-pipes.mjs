// A wrapper that records nothing: two stream pipes, as most people would write it. One base of the stdio bench.
import { spawn } from "node:child_process";

const child = spawn(process.argv[2], process.argv.slice(3), { stdio: ["pipe", "pipe", "inherit"] });
process.stdin.pipe(child.stdin);
child.stdout.pipe(process.stdout);
child.stdin.on("error", () => {});
process.stdout.on("error", () => child.stdin.end());
child.on("close", (code, signal) => {
  process.exitCode = signal ? 128 : (code ?? 1);
  process.stdin.destroy();
});
