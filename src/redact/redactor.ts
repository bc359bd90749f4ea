import type { Message } from "../protocol/index.ts";

/**
 * The stage between the wire and the tape: nothing reaches the disk without passing it. This version knows one
 * preset, `off`, which lets everything through as it is; the header of every tape says which one was used.
 */
export interface Redactor {
  readonly preset: string;
  /** How many values were replaced so far. */
  readonly count: number;
  message(message: Message): Message;
  /** Free text: stderr, noise, argv, names of files. */
  text(text: string): string;
}

/** The redactor that keeps everything. */
export const redactNothing: Redactor = {
  preset: "off",
  count: 0,
  message: (message) => message,
  text: (text) => text,
};
