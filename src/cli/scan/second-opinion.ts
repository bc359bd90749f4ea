/**
 * What secretlint finds with its recommended rules, for those who want two finders to agree. Both packages are optional
 * and imported by name when they are asked for. Only places leave this file: its messages may quote what was found.
 */
import { extname } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import type { Finding, Source } from "./finding.ts";

/** Secretlint takes a file as one text; larger ones are left to our own finder, and that is said. */
export const opinionBytesMax = 16 * 1024 * 1024;

export type SecondOpinion = (source: Source) => Promise<readonly Finding[]>;

/** Throws RW3502 when a package is missing. */
export async function secondOpinion(): Promise<SecondOpinion> {
  const { lintSource, creator } = await packages();
  const config = { rules: [{ id: presetName, rule: creator, options: {} }] };
  const options = { config, maskSecrets: true, noPhysicFilePath: true };
  return async (source) => {
    const content = await textOf(source);
    const { file } = source;
    const told = { filePath: file, content, contentType: "text", ext: extname(file) } as const;
    const { messages } = await lintSource({ source: told, options });
    return messages.map(({ ruleId, loc }) => ({
      file,
      line: loc.start.line,
      pointer: "",
      kind: ruleId.replace(/^@secretlint\/secretlint-rule-/, "secretlint-"),
      how: "secretlint",
    }));
  };
}

const presetName = "@secretlint/secretlint-rule-preset-recommend";

async function packages() {
  try {
    const [{ lintSource }, { creator }] = await Promise.all([
      import("@secretlint/core"),
      import("@secretlint/secretlint-rule-preset-recommend"),
    ]);
    return { lintSource, creator };
  } catch (cause) {
    throw new ReelwireError("RW3502", { cause });
  }
}

async function textOf(source: Source): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
