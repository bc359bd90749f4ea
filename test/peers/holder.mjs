// A client that holds a server's pipes and does nothing clever, so that a test can kill the client itself. It makes
// one call, says "ready" on stdout when the answer has come, and stays.
import { spawn } from "node:child_process";

const child = spawn(process.argv[2], process.argv.slice(3), { stdio: ["pipe", "pipe", "inherit"] });
child.stdout.once("data", () => process.stdout.write("ready\n"));
child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
setInterval(() => {}, 1 << 30);
