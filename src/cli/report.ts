/** Errors as they leave the command line: for people, or with `--json` as one object, always on stderr. */
import { ReelwireError } from "../base/hot.ts";
import { cleanJson, cleanText } from "./sanitize.ts";

/** The exit status of the error, after it was printed. Whatever is no coded error is a fault of our own. */
export function reportError(error: unknown, stderr: NodeJS.WritableStream, json: boolean): number {
  const coded = error instanceof ReelwireError ? error : ownFault(error);
  stderr.write(`${json ? cleanJson(asJson(coded)) : cleanText(asText(coded))}\n`);
  return coded.exit;
}

function asText(error: ReelwireError): string {
  return error.report();
}

function asJson(error: ReelwireError): string {
  return JSON.stringify({ error: errorFacts(error) });
}

/** An error as JSON output tells it (`schema/error.json`). */
export function errorFacts(error: ReelwireError) {
  const { code, message, exit, fault, fix } = error;
  const where = error.where.map(([label, value]) => ({ label, value }));
  return { code, message, exit, fault, where, fix };
}

function ownFault(error: unknown): ReelwireError {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ReelwireError("RW9001", { where: [["cause", cause]], cause: error });
}
