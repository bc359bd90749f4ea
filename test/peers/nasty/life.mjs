// What the nasty server does as a process: what it writes before anything, what it ignores, how it ends.
import { spawn } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { noise } from "./noise.ts";
import { settings } from "./settings.mjs";
import { notify, write } from "./wire.mjs";

export const setting = {
  /** Notes each executed call, so that a test can count what really ran. */
  countFile: settings.countFile && ((name) => appendFileSync(settings.countFile, `${name}\n`)),
};

/** Runs `serve` in the life that NASTY describes. */
export async function live(serve) {
  if (settings.argvFile) {
    const { argv, env, pid, ppid } = process;
    writeFileSync(
      settings.argvFile,
      JSON.stringify({ argv: argv.slice(2), env, pid, ppid, cwd: process.cwd() }),
    );
  }
  if (settings.stderrAtStart) write(settings.stderrAtStart.repeat(settings.stderrTimes ?? 1), 2);
  if (settings.grandchild) await startGrandchild(settings.grandchild);
  if (settings.banner) write(noise[settings.banner]);
  if (settings.startExit !== undefined) process.exit(settings.startExit);
  if (settings.startSignal) await die(settings.startSignal);
  for (const what of settings.ignore ?? []) ignore(what);
  process.stdin.on("end", inputEnded);
  serve();
}

/** Dies by a signal for real, never by exit code. */
export function die(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  return new Promise(() => {});
}

function ignore(what) {
  if (what === "eof") setInterval(() => {}, 1 << 30);
  else process.on(what, () => {});
}

async function inputEnded() {
  for (let i = 0; i < (settings.lateAfterEof ?? 0); i++)
    notify("notifications/message", { level: "info", data: `late ${i}` });
  if (settings.signalOnEof) await die(settings.signalOnEof);
  process.exitCode = settings.exitOnEof ?? 0;
}

/** A process below the server that ignores everything it can; it says its pid when it is deaf. */
function startGrandchild(pidFile) {
  const script = `
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]) process.on(signal, () => {});
    setInterval(() => {}, 1 << 30);
    require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
    process.send("deaf");
    process.disconnect();`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.unref();
  return new Promise((resolve) => child.once("message", resolve));
}
