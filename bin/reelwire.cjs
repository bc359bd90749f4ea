#!/usr/bin/env node
"use strict";
// The door that any Node can open: old ones get one readable line and exit 2, never a syntax error.
// `record` serves a protocol and must start fast, so it enters by its own small door; everything else by the
// full command line. An unbuilt checkout runs its TypeScript directly.
var need = 24;
var have = process.versions.node;
if (Number(have.split(".")[0]) < need) {
  process.stderr.write(
    "error RW1001  reelwire needs Node " + need + " or newer, this is " + have + " (" + process.execPath + ")" +
    "; install Node " + need + ", or put it first on PATH\n"
  );
  process.exit(2);
}
require("./start.cjs");
