import { claimOutput, dropClaim } from "./claim.ts";
import type { RecordOptions } from "./record-options.ts";
import { serverName } from "./server-name.ts";
import { pairFor, type ServerProcess, startServer } from "./server-process.ts";
import type { TapeJob } from "./tape-job.ts";
import type { Claim } from "./tape-place.ts";
import { type OwnClient, Wire } from "./wire.ts";
import { Wrapper } from "./wrapper.ts";

/**
 * `record -- CMD` with a client on the other side: the server is started as it would have been, its bytes and the
 * client's pass as they come, and a tape appears beside them. Resolves to the exit status: the server's own,
 * 128 + n when a signal ended it, 74 when only the tape could not be written.
 */
export async function recordStdio(options: RecordOptions, client?: OwnClient): Promise<number> {
  const wire = new Wire(options, client);
  const pairing = pairFor(wire.output);
  let server: ServerProcess;
  let claim: Claim | undefined;
  try {
    claim = await claimOutput(options);
    server = await startServer(options, await pairing, (input) => wire.connect(input));
  } catch (error) {
    if (claim) dropClaim(claim, options);
    const pair = await pairing;
    pair?.ours.destroy();
    pair?.theirs.destroy();
    throw error;
  }
  wire.start(jobOf(options, claim, wire.startClock()));
  wire.feed.fact(wire.now(), { open: { side: "server", pid: server.pid } });
  const wrapper = new Wrapper(server, wire, options);
  if (options.redact === "off")
    wire.complain("reelwire: redaction is off: secrets that pass are on the tape as they are");
  return wrapper.run();
}

function jobOf(options: RecordOptions, claim: Claim, startedAtUs: number): TapeJob {
  const { name, sessionId, endpointId, agentId, tags } = options;
  return {
    ...claim,
    startedAtUs,
    parentPid: process.ppid,
    header: {
      name: name ?? serverName(options.command),
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(endpointId === undefined ? {} : { endpointId }),
      ...(agentId === undefined ? {} : { agentId }),
      ...(tags === undefined ? {} : { tags }),
      command: options.command,
      cwd: options.cwd,
      env: options.envNames,
    },
    ...(options.capture === undefined ? {} : { capture: options.capture }),
    ...(options.maxInteractions === undefined ? {} : { maxInteractions: options.maxInteractions }),
    ...(options.rotate === undefined ? {} : { rotate: options.rotate }),
    stray: options.stray,
    ...(options.redact === undefined ? {} : { redact: options.redact }),
    given: Object.fromEntries(options.envNames.map((key) => [key, options.env[key] ?? ""])),
    ...(options.sign === undefined ? {} : { sign: options.sign }),
  };
}
