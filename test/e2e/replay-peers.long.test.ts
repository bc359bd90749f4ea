/** Every real server through every kind of client, replayed for all clients of the same era. */
import { describe, it } from "vitest";
import { everything, filesystem, memory, modern, type PeerScript, thinking } from "./harness/peer-scripts.ts";
import { expectSameReplay, type Rerun } from "./harness/replay-peers.ts";
import type { ClientKind } from "./harness/sdk-clients.ts";

const kinds: readonly ClientKind[] = ["v1", "v2 legacy", "v2 auto", "v2 pinned"];
/** Those that a server of the old era and one of both eras speak the old era with. */
const legacy: readonly ClientKind[] = ["v1", "v2 legacy"];

const ofOldServers = (script: PeerScript): Rerun[] =>
  kinds.slice(0, 3).map((kind) => ({ script, kind, again: [...legacy, "v2 auto"] }));

describe("servers of the old era", () => {
  it.each([everything, filesystem, memory, thinking].flatMap(ofOldServers))(
    "$script.name, SDK $kind, then $again",
    expectSameReplay,
  );
});

describe("a server of both eras", () => {
  it.each<Rerun>([
    ...legacy.map((kind) => ({ script: modern, kind, again: legacy })),
    ...kinds.slice(2).map((kind) => ({ script: modern, kind, again: kinds.slice(2) })),
  ])("$script.name, SDK $kind, then $again", expectSameReplay);
});
