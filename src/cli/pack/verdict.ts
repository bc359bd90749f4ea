/** What a recording is worth before it is packed: the worst that is found in its files, and between them. */
import { checkTape, type OpenedTape, type TapeState } from "../../tape/index.ts";
import { stoppable } from "../tape-file.ts";

export interface Verdict {
  readonly state: TapeState;
  /** Where and why, for people; absent when it is complete. */
  readonly why?: string;
}

/** From the best to the worst. */
const states: readonly TapeState[] = ["complete", "unfinished", "damaged", "altered"];

export async function verdictOn(opened: OpenedTape, signal: AbortSignal): Promise<Verdict> {
  let worst: Verdict = { state: "complete" };
  const see = (verdict: Verdict): void => {
    if (states.indexOf(verdict.state) > states.indexOf(worst.state)) worst = verdict;
  };
  if (opened.encoding === "jsonl")
    for (const file of opened.files) {
      const { state, line, why } = await checkTape(stoppable(opened.content.bytes(file), signal), {
        name: file,
      });
      see(line === undefined ? { state } : { state, why: `line ${line}: ${why}` });
    }
  // A `.vcr` recording has no checkpoints, and parts have to hang together.
  if (opened.encoding === "vcr" || opened.files.length > 1)
    for await (const item of stoppable(opened.items(), signal))
      if (item.kind === "damaged" && !item.torn)
        see({ state: "damaged", why: `line ${item.line}: ${item.why}` });
  return worst;
}
