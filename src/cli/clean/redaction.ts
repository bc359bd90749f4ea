/** The redaction of a command that cleans or proves clean: whatever the project says, never none. */
import { type Redaction, redactionFor } from "../../runtime/index.ts";
import type { Call } from "../command.ts";
import { cleanLine } from "../sanitize.ts";

/** Says on stderr what people should know of the key. Throws what `redactionFor` throws. */
export async function redactionOf(call: Call): Promise<Redaction> {
  const { cwd, env, flags, stderr } = call;
  const redaction = await redactionFor({ cwd, env, setting: flags["rules"] as string | undefined });
  for (const says of redaction.says) stderr.write(`${cleanLine(says)}\n`);
  return redaction;
}
