export type { MemoryLimits } from "./memory.ts";
export { memoryLimits, memoryPair } from "./memory.ts";
export type { Noise, StdioLinkOptions } from "./stdio-link.ts";
export { stdioLink } from "./stdio-link.ts";
