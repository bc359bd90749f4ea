/**
 * What a pack may be. `pack` writes nothing that `unpack` would refuse, and `unpack` takes every pack for hostile: each
 * limit is applied while the file is read, so a bomb costs no more than the limit.
 */
export interface PackLimits {
  /** Files in one pack, the manifest included. */
  readonly entriesMax: number;
  /** Plain bytes of one file. */
  readonly entryBytesMax: number;
  /** Plain bytes of all files with their headers. */
  readonly allBytesMax: number;
  /** How many plain bytes one compressed byte may become, once there are more of them than `ratioFreeBytes`. */
  readonly ratioMax: number;
  readonly ratioFreeBytes: number;
  /** Bytes of the manifest, which is read into memory. */
  readonly manifestBytesMax: number;
}

export const packLimits: PackLimits = {
  entriesMax: 1000,
  entryBytesMax: 4 * 1024 ** 3,
  allBytesMax: 8 * 1024 ** 3,
  ratioMax: 300,
  ratioFreeBytes: 64 * 1024 ** 2,
  manifestBytesMax: 16 * 1024 ** 2,
};
