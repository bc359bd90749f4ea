/** What the tests of redaction share: redactors with a key, messages from text, and secrets that no scanner knows. */
import { createHmac } from "node:crypto";
import { Message } from "../../src/protocol/index.ts";
import { createRedactor, type Redactor, type RedactorOptions } from "../../src/redact/index.ts";

export const digestUnder =
  (key: string) =>
  (secret: string): string =>
    createHmac("sha256", key).update(secret).digest("hex").slice(0, 8);

export const digest = digestUnder("a key of the tests");

export function redactorOf(options: Partial<RedactorOptions> = {}): Redactor {
  return createRedactor({ digest, ...options });
}

/** A redactor that knows values of the environment. */
export function knowing(...values: readonly string[]): Redactor {
  return redactorOf({ known: values.map((value, i) => ({ name: `V${i}`, value })) });
}

/** A token by form, put together when it is needed. */
export const githubToken = `${"ghp"}_${"A1b2C3d4".repeat(4)}Zz99`;

export function messageOf(value: unknown): Message {
  return new Message(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)));
}

/** The arguments of a call of a tool, as text, after redaction. */
export function argumentsAfter(redactor: Redactor, args: unknown): string {
  const text = typeof args === "string" ? args : JSON.stringify(args);
  const head = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":';
  const { message } = redactor.message(messageOf(`${head}${text}}}`), "c2s");
  return message.text.slice(head.length, -2);
}

/** A text with each placeholder shortened to its kind: `<secret>`. */
export function told(text: string): string {
  return text.replace(/\[\[rw:([a-z0-9-]+):\d+:[0-9a-f]{8}\]\]/g, "<$1>");
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export function base64Url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
