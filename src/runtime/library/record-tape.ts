import { resolve } from "node:path";
import { assert, ReelwireError } from "../../base/index.ts";
import type { Link } from "../../core/index.ts";
import { type Filter, parseFilter } from "../../filter/index.ts";
import { Capture, cleanHeader, InteractionCount, unredactedNote } from "../../record/index.ts";
import type { RedactionFacts, SideHeader, TapeHeader } from "../../tape/index.ts";
import { launcherOf } from "../ancestors.ts";
import { headerOf } from "../job-header.ts";
import { type JobSigner, jobSigner } from "../job-signer.ts";
import { signerOfFile } from "../keys/worker.ts";
import type { RedactConfig } from "../redact-rules.ts";
import { type Redaction, redactionFor } from "../redaction.ts";
import { rotationOf } from "../rotation.ts";
import { serverName } from "../server-name.ts";
import type { ServerCommand } from "./child-server.ts";
import { LiveTape } from "./live-tape.ts";
import { claimPlace, leavePlace } from "./place.ts";
import { LiveRecording, type Recording } from "./recording.ts";
import type { SdkTransport } from "./sdk-types.ts";
import { startClock } from "./tape-clock.ts";
import { connectUpstream, type Upstream } from "./upstream.ts";

/**
 * Records in this process: no command line, no handler of signals, nothing shared between two recordings. What the
 * command line does by raw bytes (`runtime/wrapper.ts`) is done by links and layers here, with the same tape.
 */
export interface RecordTapeSettings {
  /** The tape's file. Created exclusively; never another name than this, parts apart. */
  readonly out: string;
  /** Replaces a finished file of that name, and all its parts. A tape that is still being written never is. */
  readonly force?: boolean;
  /** The server's name in the tape; from its command when left out. */
  readonly name?: string;
  readonly sessionId?: string;
  readonly endpointId?: string;
  readonly agentId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** A filter: what does not fit is not kept, the handshake always is. */
  readonly capture?: string;
  /** The tape ends after so many answered calls of the client; the traffic goes on. A whole number from 1. */
  readonly maxInteractions?: number;
  /**
   * Records in parts, `<name>.0001.tape.jsonl` and so on: a new one after a size (`100MB`), an age (`1h`) or a number
   * of calls (`500`); with `true`, only when {@link Recording.rotate} is called.
   */
  readonly rotate?: string | true;
  /**
   * What a line on the server's stdout does that is no message. `drop` (the default): it is on the tape and the client
   * does not see it. `fail`: the recording stops with RW2106.
   */
  readonly stray?: "drop" | "fail";
  /**
   * What is taken out before anything reaches the disk: `standard` secrets, or those and what a project's own rules say
   * (`reelwire.config.*` of the project when left out), or nothing with `off`, which the tape then says.
   */
  readonly redact?: "standard" | "off" | RedactConfig;
  /**
   * The file of the key that signs the tape, or `off`. By default the key that is configured signs, if there is one
   * (see `reelwire keys`); when that one cannot be used, the tape is not signed and has a note.
   */
  readonly sign?: string;
  /** Stops the recording, as {@link Recording.stop} does. */
  readonly signal?: AbortSignal;
}

/** Exactly one of them. */
export type RecordedServer =
  /** A server that is started, and stopped with the recording. */
  | { readonly server: ServerCommand; readonly transport?: never; readonly link?: never }
  /** Any transport of the official SDK, not started yet. Its callbacks are taken over. */
  | { readonly transport: SdkTransport; readonly server?: never; readonly link?: never }
  | { readonly link: Link; readonly server?: never; readonly transport?: never };

export type RecordTapeOptions = RecordTapeSettings & RecordedServer;

/**
 * Starts the server and a recording of everything between it and the client, which is handed its end by
 * {@link Recording.transport}. Rejects before there is any traffic, and then leaves no file: RW1004, RW1008, RW1009,
 * RW3301 or RW3302 for an option; RW2201 when the file exists; RW2202 when it cannot be created; RW2101 to RW2103 when the server
 * cannot be started; what `transport.start` rejects with; the signal's reason when it is aborted already.
 */
export async function recordTape(options: RecordTapeOptions): Promise<Recording> {
  options.signal?.throwIfAborted();
  const plan = planOf(options);
  const redaction = await redactionOf(options);
  const claim = claimPlace(options.out, plan.rotate !== undefined, options.force === true);
  let upstream: Upstream;
  try {
    upstream = await connectUpstream(options);
  } catch (error) {
    leavePlace(claim);
    throw error;
  }
  const launcher = launcherOf(process.ppid);
  const clock = startClock();
  const redactor = redaction.redactor();
  const named = tapeHeader(options, upstream.header, clock.startedAtUs, launcher, redaction.facts);
  const header = cleanHeader(named, redactor);
  const { filter, maxInteractions, rotate } = plan;
  const tape = new LiveTape({
    claim,
    header,
    count: new InteractionCount(),
    redactor,
    ...(filter && { capture: new Capture(filter, header) }),
    ...(maxInteractions !== undefined && { maxInteractions }),
    ...(rotate && { rotate }),
    signing: plan.signing,
  });
  if (redactor.preset === "off") tape.take({ at: 0, payload: { kind: "note", note: unredactedNote } });
  const { signal, stray = "drop" } = options;
  return new LiveRecording({ upstream, tape, clock, stray, inParts: rotate !== undefined, signal });
}

/** The server's own variables are looked for too. */
async function redactionOf({ redact, server }: RecordTapeOptions): Promise<Redaction> {
  const given = server?.env ?? {};
  const own = typeof redact === "object" ? redact : undefined;
  const rules = own && (await import("../redact-rules.ts")).rulesOf(own, "recordTape({ redact })");
  return redactionFor({
    cwd: resolve(server?.cwd ?? ""),
    env: { ...process.env, ...given },
    given: Object.keys(given),
    setting: typeof redact === "object" ? "standard" : redact,
    rules,
  });
}

interface Plan {
  readonly filter: Filter | undefined;
  readonly maxInteractions: number | undefined;
  readonly rotate: ReturnType<typeof rotationOf> | "asked" | undefined;
  readonly signing: JobSigner;
}

/** What the options mean, checked while there is nothing to lose. */
function planOf(options: RecordTapeOptions): Plan {
  const { server, transport, link, capture, maxInteractions, rotate } = options;
  const given = [server, transport, link].filter((each) => each !== undefined);
  assert(given.length === 1, "a recording has exactly one of server, transport and link");
  if (maxInteractions !== undefined && !(Number.isSafeInteger(maxInteractions) && maxInteractions >= 1)) {
    const facts = { flag: "maxInteractions", value: maxInteractions, wants: "a whole number from 1" };
    throw new ReelwireError("RW1004", { with: facts });
  }
  return {
    filter: capture === undefined ? undefined : parseFilter(capture),
    maxInteractions,
    rotate: rotate === true ? "asked" : rotate === undefined ? undefined : rotationOf(rotate, "rotate"),
    signing: signingOf(options.sign),
  };
}

/** A key that was named has to be right; one that was found is not worth a recording. */
function signingOf(sign: string | undefined): JobSigner {
  if (sign === undefined || sign === "off") return jobSigner({ cwd: process.cwd(), env: process.env, sign });
  return { signer: signerOfFile(resolve(sign)) };
}

function tapeHeader(
  options: RecordTapeOptions,
  upstream: SideHeader,
  startedAtUs: number,
  launcher: ReturnType<typeof launcherOf>,
  redaction: RedactionFacts,
): TapeHeader {
  const { server, name, sessionId, endpointId, agentId, tags, capture } = options;
  const command = server ? [server.command, ...(server.args ?? [])] : [];
  const names = {
    name: name ?? serverName(command),
    ...(sessionId !== undefined && { sessionId }),
    ...(endpointId !== undefined && { endpointId }),
    ...(agentId !== undefined && { agentId }),
    ...(tags !== undefined && { tags }),
  };
  const header = { ...names, command, cwd: resolve(server?.cwd ?? ""), env: Object.keys(server?.env ?? {}) };
  const job = { startedAtUs, header, ...(capture !== undefined && { capture }) };
  const made = headerOf(job, launcher, redaction);
  return { ...made, ...(server ? {} : { server: upstream }), client: { transport: "memory" } };
}
