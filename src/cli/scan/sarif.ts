/** Findings as SARIF 2.1.0, which code hosts and editors show beside the lines that they name. */
import { version } from "../../base/index.ts";
import { digestOf, type Finding } from "./finding.ts";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";
const fingerprint = "reelwireSecret/v1";

/** `whole`: everything that should have been looked at was. */
export function sarifOf(findings: readonly Finding[], whole: boolean): object {
  const kinds = [...new Set(findings.map((finding) => finding.kind))].sort();
  const driver = { name: "reelwire", version, rules: kinds.map(ruleOf) };
  const results = findings.map((finding) => resultOf(finding, kinds.indexOf(finding.kind)));
  return {
    $schema: schema,
    version: "2.1.0",
    runs: [{ tool: { driver }, invocations: [{ executionSuccessful: whole }], results }],
  };
}

function ruleOf(kind: string): object {
  const text = `What looks like a secret of the kind ${kind} stands in a file.`;
  return { id: kind, shortDescription: { text }, defaultConfiguration: { level: "error" } };
}

function resultOf(finding: Finding, ruleIndex: number): object {
  const { file, line, pointer, kind, placeholder } = finding;
  const digest = placeholder === undefined ? undefined : digestOf(placeholder);
  const artifactLocation = { uri: uriOf(file) };
  return {
    ruleId: kind,
    ruleIndex,
    level: "error",
    message: { text: sentenceOf(finding) },
    locations: [
      {
        physicalLocation: { artifactLocation, region: { startLine: line } },
        ...(pointer !== "" && { logicalLocations: [{ fullyQualifiedName: pointer, kind: "value" }] }),
      },
    ],
    ...(digest !== undefined && { partialFingerprints: { [fingerprint]: digest } }),
  };
}

/** What was found, for people; never the value. */
export function sentenceOf({ kind, how, name, placeholder }: Finding): string {
  const by = name === undefined ? how : `${how} ${name}`;
  const instead = placeholder === undefined ? "" : `; \`reelwire redact\` would put ${placeholder} there`;
  return `${kind}, found by ${by}${instead}`;
}

function uriOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
