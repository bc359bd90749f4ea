"use strict";
// Builds dist/ from src/ with the type checker's own emitter. A separate file because `prepare` also runs on
// the Node that npm itself uses, which may be older than the one this project brings. The new tree is built
// beside the old one and renamed into place, so that a command started meanwhile never sees half of it.
const { spawnSync } = require("node:child_process");
const { existsSync, renameSync, rmSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const tsc = join(require.resolve("typescript/package.json", { paths: [root] }), "..", "bin", "tsc");
const fresh = join(root, `dist.new-${process.pid}`);
const stale = join(root, `dist.old-${process.pid}`);
const dist = join(root, "dist");
try {
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", fresh];
  const built = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status === null ? 1 : built.status);
  if (existsSync(dist)) renameSync(dist, stale);
  renameSync(fresh, dist);
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(stale, { recursive: true, force: true });
}
