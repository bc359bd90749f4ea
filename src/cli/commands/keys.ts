/** `keys`: lists keys, makes one that tapes are signed with, and trusts those of others. Shows nothing secret. */
import { relative } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import {
  addTrusted,
  fingerprintOf,
  type KeyFact,
  keyFolder,
  listKeys,
  makeSignKey,
  ownFolder,
  projectFolder,
  readPublicKey,
  trustedFileOf,
  userFolder,
} from "../../runtime/keys/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { cleanLine } from "../sanitize.ts";
import { styleFor } from "../style.ts";
import { Table } from "../table.ts";

export async function run(call: Call): Promise<number> {
  const [what, given, ...rest] = call.words;
  if (what === undefined) await list(call);
  else if (what === "trust") await trust(call, given);
  else if (what !== "sign") throw badWord(what);
  else if (given !== undefined || rest.length > 0) throw tooMuch(given!);
  else await makeKey(call);
  return 0;
}

async function list(call: Call): Promise<void> {
  const keys = listKeys({ cwd: call.cwd, env: call.env });
  const out = new Output(call);
  if (call.flags["json"]) {
    const json = new JsonOutput(out);
    await json.openList("keys");
    for (const key of keys) await json.item(asJson(key));
    await json.closeList();
    await json.end();
  } else if (keys.length === 0) {
    call.stderr.write("no keys yet; make one to sign tapes with: reelwire keys sign\n");
  } else {
    const style = styleFor(call.env, call.stdout);
    const columns = [{ title: "KEY" }, { title: "ID" }, { title: "WHERE" }, { title: "" }];
    const table = new Table(out, columns, style.bold);
    for (const key of keys) await table.row(asRow(key, call.cwd));
    await table.end();
  }
  await out.flush();
}

function asJson(fact: KeyFact): string {
  const { kind, from, place, name, key, id, used, fault } = fact;
  const facts = { name: name ?? null, key: key ?? null, id: id ?? null, used, fault: fault ?? null };
  return JSON.stringify({ kind, from, place, ...facts });
}

function asRow({ kind, from, place, name, id, used, fault }: KeyFact, cwd: string): string[] {
  const where = from === "environment" ? place : `${shown(place, cwd)} (${from})`;
  const says = [fault, used || fault !== undefined ? undefined : "another comes first"];
  return [
    name === undefined ? kind : `${kind}: ${name}`,
    id ?? "",
    where,
    says.filter((each) => each !== undefined).join("; "),
  ];
}

async function makeKey(call: Call): Promise<void> {
  const folder = folderFor(call);
  const { key, path, publicPath } = makeSignKey(folder, call.flags["force"] === true);
  const id = fingerprintOf(key);
  await tell(call, { path, publicPath, key, id }, [
    `made ${shown(path, call.cwd)}  ${id}`,
    `public key ${key}, also in ${shown(publicPath, call.cwd)}`,
  ]);
  if (!call.flags["json"])
    call.stderr.write(
      `tapes are signed with it from now on. Whoever checks them: reelwire keys trust ${key} --name NAME\n`,
    );
}

function folderFor(call: Call): string {
  if (call.flags["user"]) return keyFolder(userFolder(call.env));
  const project = projectFolder(call.cwd);
  if (project === undefined) throw noProject(call, "reelwire keys sign --user");
  return ownFolder(project);
}

async function trust(call: Call, given: string | undefined): Promise<void> {
  const usage = "reelwire keys trust FILE|BASE64 [--name NAME]";
  if (given === undefined)
    throw new ReelwireError("RW1005", { with: { command: "keys trust", what: "a public key", usage } });
  if (call.flags["user"] === true) {
    const hint = "a project trusts, not a user: leave --user out";
    throw new ReelwireError("RW1006", { with: { first: "--user", second: "keys trust", hint } });
  }
  if (call.flags["name"] === "")
    throw new ReelwireError("RW1004", { with: { flag: "--name", value: "", wants: "a name" } });
  const key = readPublicKey(given, call.cwd);
  const file = trustedFileOf(call.cwd);
  if (file === undefined) throw noProject(call, usage);
  const { name, changed } = addTrusted(
    file,
    key,
    call.flags["name"] as string | undefined,
    call.flags["force"] === true,
  );
  const id = fingerprintOf(key);
  const says = `${changed ? "trusted" : "was trusted already"}: ${name === id ? id : `${name}  ${id}`}`;
  await tell(call, { name, key, id, file, changed }, [`${says}  in ${shown(file, call.cwd)}`]);
}

async function tell(call: Call, facts: object, lines: readonly string[]): Promise<void> {
  const out = new Output(call);
  if (call.flags["json"]) {
    const json = new JsonOutput(out);
    for (const [key, value] of Object.entries(facts)) await json.member(key, value);
    await json.end();
  } else for (const line of lines) await out.line(cleanLine(line));
  await out.flush();
}

/** Below the working directory by its short name, elsewhere in full. */
function shown(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}

function badWord(value: string): ReelwireError {
  return new ReelwireError("RW1004", {
    with: { flag: "keys", value, wants: "sign, trust, or nothing to list them" },
  });
}

function tooMuch(value: string): ReelwireError {
  return new ReelwireError("RW1010", {
    with: { command: "keys sign", value, usage: "reelwire keys sign [--user] [--force]" },
  });
}

function noProject({ cwd }: Call, usage: string): ReelwireError {
  return new ReelwireError("RW3307", { with: { usage }, where: [["folder", cwd]] });
}
