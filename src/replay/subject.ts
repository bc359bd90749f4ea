/**
 * Whether a tape can be replayed at all, asked when its first requests are known: that something was recorded, that
 * it is more than a client's probe for the era, and that it is MCP.
 */
import type { TapeEvent } from "../tape/index.ts";

/** Requests that are looked at before a tape counts as another protocol's. */
const lookedMax = 20;

const mcpMethods =
  /^(initialize|ping|server\/discover|(tools|prompts|tasks|skills)\/\w+|resources\/[\w/]+|completion\/complete|logging\/setLevel|roots\/list|sampling\/createMessage|elicitation\/create|subscriptions\/listen)$/;

const openings: ReadonlySet<string> = new Set(["initialize", "server/discover"]);

export type Verdict = "undecided" | "mcp" | "other";

export class Subject {
  readonly methods: string[] = [];
  verdict: Verdict = "undecided";
  /** Requests other than `server/discover`. */
  calls = 0;

  /** Asked when the verdict was reached or nothing more comes: an `initialize` that nothing follows may be MCP's. */
  get isMcp(): boolean {
    if (this.verdict !== "undecided") return this.verdict === "mcp";
    return this.methods.includes("initialize") && this.methods.every((method) => openings.has(method));
  }

  see({ payload }: TapeEvent): void {
    if (payload.kind !== "msg" || this.verdict !== "undecided") return;
    for (const message of payload.message.parts()) {
      const { method, kind } = message;
      if (kind !== "request" || method === undefined) continue;
      if (method !== "server/discover") this.calls++;
      if (!this.methods.includes(method)) this.methods.push(method);
      if (method === "initialize") {
        // Other protocols on the same framing have an `initialize` too; only MCP's names a dated revision. Of one that
        // names none, what follows tells.
        const revision = message.at("params", "protocolVersion");
        if (revision === undefined) continue;
        const isMcp = typeof revision === "string" && /^(\d{4}-\d\d-\d\d|DRAFT.*)$/.test(revision);
        this.verdict = isMcp ? "mcp" : "other";
      } else if (method !== "server/discover" && mcpMethods.test(method)) {
        this.verdict = "mcp";
      }
    }
    if (this.verdict === "undecided" && this.methods.length >= lookedMax) this.verdict = "other";
  }
}
