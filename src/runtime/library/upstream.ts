import type { Link, SideFacts } from "../../core/index.ts";
import type { SideHeader } from "../../tape/index.ts";
import type { Noise } from "../../transport/index.ts";
import { type ServerCommand, startChild } from "./child-server.ts";
import type { SdkTransport } from "./sdk-types.ts";
import { linkOfTransport } from "./transport-link.ts";

/**
 * The server's side of a recording, whichever way it was given: a process of our own, a transport of the SDK, a link.
 */
export interface Upstream {
  readonly link: Link;
  /** What the tape's header says of a server that is no process of ours. */
  readonly header: SideHeader;
  /** Whom to tell the protocol's version. */
  readonly transport?: SdkTransport;
  /** What is told beside messages. Nothing is before the recording has set these: they are set in the same turn. */
  readonly tells: {
    onNoise(noise: Noise): void;
    onStderr(bytes: Uint8Array): void;
    onError(error: Error): void;
  };
  /** The client has left, so it should leave too. */
  stop(): void;
  /** A process of ours: when nothing is left of it. */
  readonly gone: Promise<void> | undefined;
  /** How a process of ours ended. */
  exit(): SideFacts | undefined;
}

export interface UpstreamOptions {
  readonly server?: ServerCommand;
  readonly transport?: SdkTransport;
  readonly link?: Link;
}

/** Rejects when the server or the transport does not start; then nothing of it is left. */
export async function connectUpstream({ server, transport, link }: UpstreamOptions): Promise<Upstream> {
  const tells: Upstream["tells"] = { onNoise: () => {}, onStderr: () => {}, onError: () => {} };
  const idle = { tells, stop: () => {}, gone: undefined, exit: () => undefined };
  if (server) {
    const child = await startChild(server, {
      onNoise: (noise) => tells.onNoise(noise),
      onStderr: (bytes) => tells.onStderr(bytes),
    });
    const stop = (): void => child.stop();
    const header = { transport: "stdio" };
    return { link: child.link, header, tells, stop, gone: child.gone, exit: () => child.exit };
  }
  if (!transport) return { ...idle, link: link!, header: { transport: "link" } };
  const over = linkOfTransport(transport, { onError: (error) => tells.onError(error) });
  await over.started;
  return { ...idle, link: over, header: { transport: "sdk" }, transport };
}
