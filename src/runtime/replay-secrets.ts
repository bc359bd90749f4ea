/**
 * What a replay does about secrets that were taken out of its tape: takes them out of what the live client says in the
 * same way, so that the two can be compared, and puts back what the environment here knows.
 */
import { type PlaceholderParts, toldLength } from "../base/index.ts";
import { filled, sameSecret, spellingsOf } from "../redact/index.ts";
import type { Secrets } from "../replay/index.ts";
import type { TapeHeader } from "../tape/index.ts";
import type { Environment } from "./known-values.ts";
import { type Redaction, redactionFor } from "./redaction.ts";

export interface ReplaySecrets {
  /** For one live conversation. */
  readonly of: (conn: number) => Secrets;
  /** The key of the tape is not here: secrets are compared by kind and length. */
  readonly byShape: boolean;
  /** The seal that a line has which was written under the key that is here. */
  readonly seal: (line: string) => string;
  /** With the key: whether a live text is a recorded one with its secrets in the place of the placeholders. */
  readonly sameSecret?: (live: string, recorded: string) => boolean;
}

/** Variables that say where a key is. */
const keyVariables = ["REELWIRE_REDACT_KEY", "XDG_CONFIG_HOME", "HOME"];

/** Undefined for a tape from which nothing was taken out. Throws as `redactionFor`. */
export async function replaySecrets(
  { redaction: facts }: TapeHeader,
  options: { readonly cwd: string; readonly env: Environment; readonly setting?: string | undefined },
): Promise<ReplaySecrets | undefined> {
  const { cwd, env, setting } = options;
  if (facts === undefined || facts.preset === "off" || setting === "off") return undefined;
  // `toString` is no variable, although every table of the language has it.
  const names = (facts.env ?? []).filter((name) => Object.hasOwn(env, name));
  const redaction = await redactionFor({
    cwd,
    // Only what was looked for when it was recorded: another secret of this environment was no secret then.
    env: Object.fromEntries([...names, ...keyVariables].map((name) => [name, env[name]])),
    given: names,
    setting: setting ?? (facts.preset === "custom" ? undefined : "standard"),
    makesKey: false,
  });
  const byShape = redaction.keyId !== facts.key;
  const seen = new SeenSecrets(redaction);
  const redactor = redaction.redactor({ compares: true, digest: seen.digest });
  const secretOf = byShape ? () => undefined : seen.of;
  const of = (conn: number): Secrets => {
    let agreed = false;
    return {
      hide: (live) => redactor.message(live, "c2s", conn).message,
      fill: (said) => {
        const message = filled(said, secretOf);
        const agrees = !agreed && message.rawAt("result", "protocolVersion") !== undefined;
        agreed ||= agrees;
        // What the client says is looked at by the revision that was agreed on, and by what it was asked.
        if (agrees || message.kind === "request") redactor.message(message, "s2c", conn);
        return message;
      },
    };
  };
  return {
    of,
    byShape,
    // Another key seals otherwise, so without the tape's key nothing is proved.
    seal: redaction.seal,
    ...(byShape ? {} : { sameSecret: (live, recorded) => sameSecret(live, recorded, seen) }),
  };
}

/** Secrets of live calls that are remembered. */
const seenMax = 10_000;

/** Secrets by their digests: those of the environment, and those that the live client said itself. */
class SeenSecrets {
  readonly #known: ReadonlyMap<string, string>;
  readonly #live = new Map<string, string>();
  readonly #redaction: Redaction;

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
    const spelled = redaction.known.flatMap((known) => [known.value, ...spellingsOf(known)]);
    this.#known = new Map(spelled.map((each) => [redaction.digest(each), each]));
  }

  readonly digest = (secret: string): string => {
    const digest = this.#redaction.digest(secret);
    if (this.#live.size >= seenMax) this.#live.clear();
    this.#live.set(digest, secret);
    return digest;
  };

  /** A secret of a live call that nothing told but its digest. */
  readonly found = (secret: string): void => void this.digest(secret);

  /** From the environment only where the line was proved to be as it was recorded. */
  readonly of = ({ digest, length }: PlaceholderParts, own: boolean): string | undefined => {
    const secret = (own ? this.#known.get(digest) : undefined) ?? this.#live.get(digest);
    return secret !== undefined && toldLength(secret) === length ? secret : undefined;
  };
}
