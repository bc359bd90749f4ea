/**
 * One JSON object, written as its parts become known, so that a listing of any length needs no memory. Values that
 * are JSON already go in as they stand.
 */
import type { Output } from "./output.ts";
import { cleanJson } from "./sanitize.ts";

export class JsonOutput {
  readonly #out: Output;
  #members = 0;
  #items = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  async member(key: string, value: unknown): Promise<void> {
    await this.raw(key, JSON.stringify(value));
  }

  /** A member whose value is JSON text. */
  async raw(key: string, json: string): Promise<void> {
    await this.#out.write(`${this.#members++ === 0 ? "{" : ","}${JSON.stringify(key)}:${cleanJson(json)}`);
  }

  async openList(key: string): Promise<void> {
    this.#items = 0;
    await this.raw(key, "[");
  }

  async item(json: string): Promise<void> {
    await this.#out.write(`${this.#items++ === 0 ? "\n" : ",\n"}${cleanJson(json)}`);
  }

  async closeList(): Promise<void> {
    await this.#out.write("]");
  }

  async end(): Promise<void> {
    await this.#out.write(this.#members === 0 ? "{}\n" : "}\n");
    await this.#out.flush();
  }
}

/** An object's JSON text from members that are JSON texts; undefined ones are left out. */
export function jsonObject(members: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(members).flatMap(([key, json]) =>
    json === undefined ? [] : [`${JSON.stringify(key)}:${json}`],
  );
  return `{${parts.join(",")}}`;
}
