import { recordStdio } from "../../runtime/hot.ts";
import type { Call } from "../command.ts";
import { recordOptions } from "../record-call.ts";

/**
 * `record -- CMD`: a proxy when there is a client, the client itself at a terminal. Everything but the proxy is
 * loaded only when it is needed.
 */
export async function run(
  call: Pick<Call, "flags" | "words" | "cwd" | "env">,
  atTerminal?: { readonly ownFlags: readonly string[] },
): Promise<number> {
  const options = await recordOptions(call);
  if (!atTerminal) return recordStdio(options);
  const { introduceServer } = await import("../record-terminal.ts");
  return introduceServer(options, atTerminal.ownFlags);
}
