#!/usr/bin/env node
"use strict";
// The door that any Node can open: an old one gets one readable line and exit 2, never a syntax error. `record` serves
// a protocol and must start fast, so it has a small door of its own. A checkout that is not built runs its TypeScript.
var need = 24;
var have = process.versions.node;
if (Number(have.split(".")[0]) < need) {
  process.stderr.write(
    "error RW1001  reelwire needs Node " +
      need +
      " or newer, this is " +
      have +
      " (" +
      process.execPath +
      ")" +
      "; install Node " +
      need +
      ", or put it first on PATH\n",
  );
  process.exit(2);
}
var record = process.argv[2] === "record";
var cli;
try {
  cli = require(record ? "../dist/runtime/hot.cjs" : "../dist/cli/index.cjs");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND" || require("node:fs").existsSync(`${__dirname}/../dist`)) throw error;
  cli = require(record ? "../src/cli/hot.ts" : "../src/cli/index.ts");
}
cli.main();
