/** What a replay may be told to do, and the words that mean nothing: checked before a tape is opened. */
import { ReelwireError } from "../base/index.ts";
import {
  type MatchOptions,
  parsePointer,
  type RepeatPolicy,
  repeatPolicies,
  strategies,
  volatileNames,
} from "../match/index.ts";
import {
  type AnswerPolicy,
  answerPolicies,
  type CustomMatch,
  type Inexact,
  type Miss,
} from "../replay/index.ts";

export interface ReplayOptions {
  /** What "the same request" means; default: method and parameters as JSON values. */
  readonly match?: MatchOptions;
  /** Decides by itself, with `match.strategy` `custom`. */
  readonly custom?: CustomMatch;
  /** What a request gets that was asked more often than recorded; default `error`. */
  readonly repeat?: RepeatPolicy;
  /** What a request gets that was not recorded: an error, or the nearest call's answer, flagged. Default `error`. */
  readonly onMiss?: "error" | "nearest";
  /** What happens with the client's answers to the server's requests; default `ask`. */
  readonly answers?: AnswerPolicy;
  /** 0 (the default): as fast as causes allow; 1: as recorded; 2: twice as fast. */
  readonly speed?: number;
  /** Instead of `speed`: how long to wait, in milliseconds, for what took so many when it was recorded. */
  readonly delay?: (recordedMs: number) => number;
  /** Keep the recorded order whatever the client does. */
  readonly strictOrder?: boolean;
  /** How long a client says nothing before what it did otherwise is waited for no more, in milliseconds. Default 20. */
  readonly silenceMs?: number;
  /** How secrets are taken out of what is live: a file of rules; as the tape says when left out; `off`: not at all. */
  readonly redact?: string;
  /** Where the project and its key are looked for; default: the working directory. */
  readonly cwd?: string;
  /** Holds the values that fill placeholders; default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told of each miss and each inexact answer when it happens. */
  readonly onFinding?: (finding: Finding) => void;
}

export type Finding =
  | { readonly kind: "miss"; readonly miss: Miss }
  | { readonly kind: "inexact"; readonly inexact: Inexact };

/** Throws RW1004 for an option that means nothing. */
export function checkReplayOptions(options: ReplayOptions): void {
  const { match = {}, custom, repeat, onMiss, answers, speed, silenceMs } = options;
  oneOf("match.strategy", match.strategy, strategies);
  oneOf("repeat", repeat, repeatPolicies);
  oneOf("onMiss", onMiss, ["error", "nearest"]);
  oneOf("answers", answers, answerPolicies);
  for (const name of match.volatile ?? []) oneOf("match.volatile", name, volatileNames);
  for (const pointer of match.ignore ?? []) {
    if (pointer === "" || !parsePointer(pointer))
      throw bad("match.ignore", pointer, "a JSON Pointer such as /params/arguments/now");
  }
  for (const [name, value] of Object.entries({ speed, silenceMs })) {
    if (value !== undefined && !(Number.isFinite(value) && value >= 0))
      throw bad(name, String(value), "0 or a greater number");
  }
  if ((match.strategy === "custom") !== (custom !== undefined))
    throw bad("custom", typeof custom, 'a function, together with match.strategy "custom"');
}

function oneOf(name: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value)) throw bad(name, value, `one of ${known.join(", ")}`);
}

function bad(flag: string, value: string, wants: string): ReelwireError {
  return new ReelwireError("RW1004", { with: { flag, value, wants } });
}
