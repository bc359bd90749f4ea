/** The door of scan/: what is looked at, how, and how it is told. */
export { allowedBy } from "./allow.ts";
export { type Finding, Findings, type Source } from "./finding.ts";
export { Look } from "./look.ts";
export { sarifOf, sentenceOf } from "./sarif.ts";
export { opinionBytesMax, secondOpinion } from "./second-opinion.ts";
export { stagedFiles } from "./staged.ts";
export { filesOf } from "./walk.ts";
