/** The second door of this folder: what the first milliseconds of `record` need, and nothing that loads more. */
export type { SocketPair } from "./sockets.ts";
export { closeOwn, ownSocket, socketPair } from "./sockets.ts";
export { readBytesMax, Tap } from "./tap.ts";
