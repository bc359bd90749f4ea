export type { Answered, Session } from "./session.ts";
export { calls, changedCall, DemoServer, talk } from "./session.ts";
