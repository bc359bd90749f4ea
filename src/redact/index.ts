export type { Redactor } from "./redactor.ts";
export { redactNothing } from "./redactor.ts";
