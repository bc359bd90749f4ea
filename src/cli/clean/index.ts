/** The door of clean/: finding what is secret on a tape, and writing the tape without it. */

export { redactionOf } from "./redaction.ts";
export { Removed, tellRemoved } from "./removed.ts";
export type { Cleanliness, Counts, MakeRedactor, TapeFinding } from "./search.ts";
export { searchTape } from "./search.ts";
export { goesOn } from "./stderr-pieces.ts";
export { tellable } from "./tellable.ts";
export type { Changes, Written } from "./write.ts";
export { writeClean } from "./write.ts";
