/**
 * Secrets to plant, put together here and nowhere whole in a file: other scanners read this repository. And the
 * environment in which their placeholders are always the same.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";

export const token = ["gh", "p_", "wWPw5k4aXcaT4fNP", "0UcnZwJUVFk6LO0pINUx"].join("");
export const password = ["open", "sesame", "1742"].join("-");
/** What a variable of the environment holds; nothing about its form says that it is a secret. */
export const known = ["plain", "looking", "words"].join(" ");
/** One that goes over several lines. */
export const manyLines = ["first part of it", "second part of it", "third part of it"].join("\n");
export const pin = 48151623;

/** No part of any of them that is longer than what everybody may know. */
export const parts = [
  token.slice(4, 14),
  token.slice(-10),
  password.slice(0, 8),
  password.slice(-6),
  known.slice(6),
  String(pin),
];

export const env = {
  PATH: process.env["PATH"] ?? "",
  // Nobody's: keys of whoever runs the tests are not asked.
  HOME: join(tmpdir(), "reelwire-nobodys-home"),
  XDG_CONFIG_HOME: join(tmpdir(), "reelwire-nobodys-home", "config"),
  REELWIRE_REDACT_KEY: "a key for tests and for nothing else",
  WEATHER_SECRET: known,
  SIGNING_KEY: manyLines,
} as const;

const digests = /\[\[rw:[a-z0-9-]+:\d+:[0-9a-f]{8}\]\]/g;

/** A text with the digests of its placeholders left out, so that expectations can be read. */
export const shaped = (text: string): string =>
  text.replace(digests, (all) => all.replace(/:[0-9a-f]{8}\]\]$/, "]]"));
