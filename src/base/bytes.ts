/** A copy that shares no memory. Never `slice`: on a Buffer, which is a Uint8Array too, that is a view. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
