/**
 * Every limit that more than one folder needs, by name, unit last. A limit of one file stands in that file.
 * Each is larger than what the official SDK allows (10 MB a line), so that reelwire is never the one that breaks.
 */
export const limits = {
  /** The longest message kept on a tape, in bytes; a longer one still passes on the wire. */
  messageBytesMax: 256 * 1024 * 1024,
  /** The longest line of a tape that a reader accepts, in bytes: a message plus its envelope, or escaped text. */
  tapeLineBytesMax: 320 * 1024 * 1024,
  /** The longest header line that a reader accepts, in bytes. */
  headerBytesMax: 4 * 1024 * 1024,
  /** The deepest nesting of a filter's terms and of what a tape's header may hold. */
  depthMax: 10_000,
  /** How much of an unfinished stdout line is held back, in bytes, before it streams. */
  heldLineBytesMax: 64 * 1024,
} as const;
