import { ReelwireError } from "../base/hot.ts";
import { type RecordOptions, rotationOf } from "../runtime/hot.ts";
import type { Call } from "./command.ts";

/**
 * What `record`'s flags mean, checked before anything starts: a bad filter, size or tag ends in a coded error while
 * there is still nothing to lose.
 */
export async function recordOptions(
  call: Pick<Call, "flags" | "words" | "cwd" | "env">,
): Promise<RecordOptions> {
  const { flags } = call;
  const text = (name: string): string | undefined => flags[name] as string | undefined;
  const out = text("out");
  if (out === "") throw badValue("--out", out, "the name of a file");
  const { env, envNames } = environment(call.env, list(flags["env"]));
  const capture = text("capture");
  if (capture !== undefined) (await import("../filter/index.ts")).parseFilter(capture);
  const format = formatOf(text("format"), out);
  const rotate = text("rotate");
  if (rotate !== undefined && format === "vcr") {
    const hint = "a .vcr file is one file; record a tape with --rotate and convert its parts";
    throw new ReelwireError("RW1006", { with: { first: "--rotate", second: "--format vcr", hint } });
  }
  const redact = text("redact");
  await demandRedaction(redact, call.cwd, call.env);
  const tags = tagsOf(list(flags["tag"]));
  const max = text("max-interactions");
  const sign = text("sign");
  if (sign !== undefined) await checkSignKey(sign, call.cwd, format);
  return {
    command: call.words as unknown as [string, ...string[]],
    cwd: call.cwd,
    env,
    envNames,
    format,
    stray: (text("stray") ?? "drop") as RecordOptions["stray"],
    force: flags["force"] === true,
    ...given("out", out),
    ...given("redact", redact),
    ...given("name", text("name")),
    ...given("sessionId", text("session-id")),
    ...given("endpointId", text("endpoint-id")),
    ...given("agentId", text("agent-id")),
    ...given("tags", tags),
    ...given("capture", capture),
    ...given("maxInteractions", max === undefined ? undefined : wholeNumber("--max-interactions", max)),
    ...given("sign", sign),
    ...given("rotate", rotate === undefined ? undefined : rotationOf(rotate, "--rotate")),
  };
}

/** Rules that are named must be right, and a key that is given long enough, before there is anything to lose. */
async function demandRedaction(setting: string | undefined, cwd: string, env: Call["env"]): Promise<void> {
  const isFile = setting !== undefined && setting !== "standard" && setting !== "off";
  if (!isFile && !env["REELWIRE_REDACT_KEY"]) return;
  const { redactionFor } = await import("../runtime/index.ts");
  await redactionFor({ cwd, env, setting, makesKey: false });
}

function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}

function list(value: Call["flags"][string]): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function formatOf(format: string | undefined, out: string | undefined): "jsonl" | "vcr" {
  if (format === undefined) return out?.endsWith(".vcr") ? "vcr" : "jsonl";
  if (format === "jsonl" && out?.endsWith(".vcr")) {
    const hint = "leave --format out, or name the file .tape.jsonl";
    throw new ReelwireError("RW1006", { with: { first: "--format jsonl", second: `-o ${out}`, hint } });
  }
  return format as "jsonl" | "vcr";
}

/** `KEY=VALUE` adds one for the server; `KEY` demands that it is set, and the tape's header names it. */
function environment(
  inherited: Call["env"],
  wanted: readonly string[],
): { readonly env: RecordOptions["env"]; readonly envNames: readonly string[] } {
  const env = { ...inherited };
  const envNames: string[] = [];
  for (const entry of wanted) {
    const equals = entry.indexOf("=");
    const name = equals < 0 ? entry : entry.slice(0, equals);
    if (name === "") throw badValue("--env", entry, "KEY or KEY=VALUE");
    if (equals >= 0) env[name] = entry.slice(equals + 1);
    else if (env[name] === undefined) throw new ReelwireError("RW1007", { with: { name } });
    envNames.push(name);
  }
  return { env, envNames };
}

function tagsOf(entries: readonly string[]): Record<string, string> | undefined {
  if (entries.length === 0) return undefined;
  const tags: [string, string][] = entries.map((entry) => {
    const equals = entry.indexOf("=");
    if (equals < 1) throw badValue("--tag", entry, "KEY=VALUE");
    return [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return Object.fromEntries(tags);
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0) throw badValue(flag, text, "a whole number from 1");
  return Number(text);
}

function badValue(flag: string, value: string, wants: string): ReelwireError {
  return new ReelwireError("RW1004", { with: { flag, value, wants } });
}

/** A key that was named has to be right while there is still nothing to lose; it is loaded again where the tape is. */
async function checkSignKey(sign: string, cwd: string, format: "jsonl" | "vcr"): Promise<void> {
  if (sign === "") throw badValue("--sign", sign, "the file of a key, or off");
  if (sign === "off") return;
  if (format === "vcr") {
    const hint = "a .vcr file has no place for a signature; record a tape";
    throw new ReelwireError("RW1006", { with: { first: "--sign", second: "--format vcr", hint } });
  }
  const { resolve } = process.getBuiltinModule("node:path");
  (await import("../runtime/keys/worker.ts")).signerOfFile(resolve(cwd, sign));
}
