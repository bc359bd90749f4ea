/** `scan`: the gate before something leaves the machine. Tells where a secret stands, never what it is. */
import { resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { redactionOf } from "../clean/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { startProgress } from "../progress.ts";
import { errorFacts, reportError } from "../report.ts";
import { cleanJson, cleanLine } from "../sanitize.ts";
import {
  allowedBy,
  type Finding,
  Findings,
  filesOf,
  Look,
  opinionBytesMax,
  type Source,
  sarifOf,
  secondOpinion,
  sentenceOf,
  stagedFiles,
} from "../scan/index.ts";
import { styleFor } from "../style.ts";
import { countText } from "../units.ts";

const exits = { clean: 0, findings: 1, unreadable: 6 } as const;

export async function run(call: Call): Promise<number> {
  const format = formatOf(call);
  checkWords(call);
  const { allow } = call.flags;
  const isAllowed = typeof allow === "string" ? await allowedBy(resolve(call.cwd, allow)) : undefined;
  const findings = new Findings(isAllowed);
  await lookAtAll(call, findings);
  if (format === "sarif") {
    const sarif = sarifOf(findings.list, findings.unreadable.length === 0);
    call.stdout.write(`${cleanJson(JSON.stringify(sarif))}\n`);
  } else if (format === "json") await printJson(call, findings);
  else await printText(call, findings);
  tell(call, findings);
  if (findings.unreadable.length > 0) return exits.unreadable;
  return findings.count > 0 ? exits.findings : exits.clean;
}

function formatOf({ flags }: Call): string {
  const { format, json } = flags;
  if (json && format !== undefined && format !== "json")
    throw contradiction("--json", `--format ${String(format)}`, "leave one of them out");
  return json ? "json" : ((format as string | undefined) ?? "text");
}

function checkWords({ words, flags }: Call): void {
  if (flags["staged"] && words.length > 0)
    throw contradiction("--staged", words[0]!, "--staged takes all that is staged: name no paths");
  if (flags["staged"] || words.length > 0) return;
  const usage = "reelwire scan PATH…, or: reelwire scan --staged";
  throw new ReelwireError("RW1005", { with: { command: "scan", what: "a path", usage } });
}

function contradiction(first: string, second: string, hint: string): ReelwireError {
  return new ReelwireError("RW1006", { with: { first, second, hint } });
}

async function lookAtAll(call: Call, findings: Findings): Promise<void> {
  const { cwd, env, flags, words } = call;
  const opinion = flags["second-opinion"] ? await secondOpinion() : undefined;
  const redaction = await redactionOf(call);
  const look = new Look((onFound) => redaction.redactor(onFound && { onFound }), findings);
  const progress = startProgress(call.stderr, "scanning");
  let done = 0;
  const watched = (source: Source): Source => ({
    ...source,
    async *open() {
      for await (const chunk of source.open()) {
        call.signal.throwIfAborted();
        progress.at((done += chunk.length), 0);
        yield chunk;
      }
    },
  });
  try {
    for await (const found of flags["staged"] ? stagedFiles(cwd, env) : filesOf(cwd, words, findings)) {
      call.signal.throwIfAborted();
      await lookAt(watched(found), look, opinion, findings);
    }
  } finally {
    progress.end();
  }
}

async function lookAt(
  source: Source,
  look: Look,
  opinion: Awaited<ReturnType<typeof secondOpinion>> | undefined,
  findings: Findings,
): Promise<void> {
  const { file } = source;
  const before = findings.list.length;
  try {
    if (!(await look.at(source))) return;
    findings.files++;
    if (opinion && source.bytes > opinionBytesMax)
      findings.skipped.push({ file, why: `it is larger than ${opinionBytesMax} bytes: no second opinion` });
    else if (opinion) for (const finding of await opinion(source)) findings.add(finding);
    findings.sortFrom(before);
  } catch (error) {
    if (!(error instanceof ReelwireError) || error.code === "RW3503") throw error;
    findings.unreadable.push({ file, error });
  }
}

async function printText(call: Call, findings: Findings): Promise<void> {
  const style = styleFor(call.env, call.stdout);
  const out = new Output(call);
  for (const finding of findings.list) {
    const pointer = finding.pointer === "" ? "" : `  ${finding.pointer}`;
    const place = `${cleanLine(finding.file)}:${finding.line}`;
    await out.line(`${style.red(place)}${cleanLine(`${pointer}  ${sentenceOf(finding)}`)}`);
  }
  await out.flush();
}

async function printJson(call: Call, findings: Findings): Promise<void> {
  const { files, binary, allowed, more, list, skipped, unreadable } = findings;
  const json = new JsonOutput(new Output(call));
  for (const [key, value] of Object.entries({ files, binary, allowed, more })) await json.member(key, value);
  await json.openList("findings");
  for (const finding of list) await json.item(JSON.stringify(factsOf(finding)));
  await json.closeList();
  await json.member("skipped", skipped);
  await json.member(
    "unreadable",
    unreadable.map(({ file, error }) => ({ file, error: errorFacts(error) })),
  );
  await json.end();
}

function factsOf({ file, line, pointer, kind, how, name, placeholder }: Finding) {
  return { file, line, pointer, kind, how, name: name ?? null, placeholder: placeholder ?? null };
}

/** For people, on stderr: what was not looked at, and the sum. */
function tell({ stderr, env }: Call, findings: Findings): void {
  const style = styleFor(env, stderr);
  const { files, binary, allowed, more, count, skipped, unreadable } = findings;
  for (const { error } of unreadable) reportError(error, stderr, false);
  for (const { file, why } of skipped)
    stderr.write(`${style.yellow("skipped")}  ${cleanLine(file)}  ${cleanLine(why)}\n`);
  const sum = [count === 0 ? "no secrets found" : countText(count, "secret"), countText(files, "file")];
  if (binary > 0) sum.push(`${countText(binary, "binary file")} not looked at`);
  if (allowed > 0) sum.push(`${allowed} allowed`);
  if (more > 0) sum.push(`${more} not listed`);
  stderr.write(`${sum.join(", ")}\n`);
}
