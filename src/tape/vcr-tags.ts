/**
 * The labels of a `.vcr` recording. The format has no place for what was taken out of a tape, so that is a label too:
 * without it a redacted recording would not match the calls that carry the real secrets.
 */
import type { RedactionFacts, TapeHeader } from "./format.ts";
import { isRedaction } from "./header.ts";

const redactionTag = "reelwire.redaction";

export function tagsWith({ tags = {}, redaction }: TapeHeader): Readonly<Record<string, string>> {
  if (redaction === undefined || redaction.preset === "off") return tags;
  return { ...tags, [redactionTag]: JSON.stringify(redaction) };
}

/** The header's part of the labels. */
export function fromTags(
  entries: readonly (readonly [string, string])[],
): Pick<TapeHeader, "tags" | "redaction"> {
  const tags = entries.filter(([key]) => key !== redactionTag);
  const redaction = factsOf(entries.find(([key]) => key === redactionTag)?.[1]);
  return {
    ...(tags.length > 0 ? { tags: Object.fromEntries(tags) } : {}),
    ...(redaction ? { redaction } : {}),
  };
}

function factsOf(text: string | undefined): RedactionFacts | undefined {
  if (text === undefined) return undefined;
  try {
    const facts: unknown = JSON.parse(text);
    return isRedaction(facts) ? (facts as RedactionFacts) : undefined;
  } catch {
    return undefined;
  }
}
