export type { LinkPair, LinkRule, LinkSubject, TestApi } from "./link.ts";
export { linkSuite } from "./link.ts";
