/**
 * The `Transport` of the official TypeScript SDK, as much of it as both its generations share
 * (`@modelcontextprotocol/sdk` 1.x, `@modelcontextprotocol/client` 2.x). Nothing of the SDK is loaded; a test assigns
 * the type to and from both.
 */
export interface SdkTransport {
  /** Called once, after the callbacks are set: messages that came before wait for it. */
  start(): Promise<void>;
  send(message: object, options?: object): Promise<void>;
  close(): Promise<void>;
  /** Called exactly once, whichever end closes first. */
  onclose?: (() => void) | undefined;
  /** What went wrong without ending the connection. */
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: OnMessage | undefined;
  /** Never set: a client that sees one leaves the handshake out. */
  sessionId?: string | undefined;
  setProtocolVersion?: ((version: string) => void) | undefined;
  setSupportedProtocolVersions?: ((versions: string[]) => void) | undefined;
}

/** Declared as a method, so that a callback for the SDK's own message types fits as well. */
type OnMessage = { call(message: object, extra?: object): void }["call"];

/** Whatever was thrown, as the SDK wants it. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
