"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const built = join(__dirname, "..", "dist", "cli");
const [folder, suffix] = existsSync(built) ? [built, "js"] : [join(__dirname, "..", "src", "cli"), "ts"];
const door = process.argv[2] === "record" ? "hot" : "index";
require(join(folder, `${door}.${suffix}`)).main();
