/** The door of tape/: the file format, its readers and writers. */
export { type AgeForm, ageFormOf, ageHeadBytes } from "./age-format.ts";
export type { AgeLock } from "./age-stream.ts";
export { encryptedBytes } from "./age-stream.ts";
export type { TapeReport, TapeState } from "./check.ts";
export { checkTape } from "./check.ts";
export type { Unlock } from "./content.ts";
export { Content } from "./content.ts";
export { FileSink, fileBytes } from "./file.ts";
export type {
  CloseFacts,
  End,
  Mark,
  NoteFacts,
  OpenFacts,
  Payload,
  ProcessMark,
  RedactionFacts,
  SideHeader,
  SignerFacts,
  SseFrame,
  TapeEvent,
  TapeHeader,
} from "./format.ts";
export { formatVersion } from "./format.ts";
export { decodeHeader, parseHeader } from "./header.ts";
export { encodeEvent, encodeHeader } from "./jsonl.ts";
export type { Decoded } from "./jsonl-decode.ts";
export { decodeLine } from "./jsonl-decode.ts";
export type { OpenedTape, OpenOptions } from "./open.ts";
export { openTapeFile } from "./open.ts";
export { partNumberOf, partsFrom } from "./parts.ts";
export type { PlaceInFile } from "./random-access.ts";
export { RandomAccess } from "./random-access.ts";
export type { DamagedItem, ReadOptions, TapeItem } from "./reader.ts";
export { readTape } from "./reader.ts";
export type { RepairReport } from "./recover.ts";
export { repairTape } from "./recover.ts";
export type { TapeSigner } from "./signature.ts";
export { publicKeyOf, rawKeyOf, signatureAlgorithm, signerOf } from "./signature.ts";
export type { Looks } from "./sniff.ts";
export { sniff, sniffBytesMax } from "./sniff.ts";
export type { Loss, LossWord } from "./vcr-losses.ts";
export type { PairLimits } from "./vcr-pairs.ts";
export type { VcrReadOptions } from "./vcr-read.ts";
export { readVcr } from "./vcr-read.ts";
export type { VcrWriteOptions } from "./vcr-write.ts";
export { writeVcr } from "./vcr-write.ts";
export type { Sink, WriterOptions } from "./writer.ts";
export { TapeWriter } from "./writer.ts";
