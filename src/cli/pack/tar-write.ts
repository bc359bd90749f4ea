/** Writes the archive of a pack: the same files give the same bytes, whoever writes them, wherever and whenever. */
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";

export interface TarFile {
  readonly name: string;
  readonly size: number;
  bytes(): AsyncIterable<Uint8Array>;
}

/** What every file of a pack looks like, so that nothing of this machine is in it. */
const sameForAll = { mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, uname: "", gname: "" } as const;

/** The byte of a gzip header that names the operating system: not known. */
const systemAt = 9;
const systemUnknown = 255;

/** The compressed archive. */
export async function* tarGz(files: readonly TarFile[]): AsyncGenerator<Uint8Array, void, void> {
  const gzip = createGzip({ level: 9 });
  pipeline(Readable.from(tar(files)), gzip, () => {});
  let seen = 0;
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    if (seen <= systemAt && seen + chunk.length > systemAt) chunk[systemAt - seen] = systemUnknown;
    seen += chunk.length;
    yield chunk;
  }
}

async function* tar(files: readonly TarFile[]): AsyncGenerator<Uint8Array, void, void> {
  const { createTarPacker } = await import("modern-tar");
  const { readable, controller } = createTarPacker();
  const feed = async (): Promise<void> => {
    for (const { name, size, bytes } of files) {
      const writer = controller.add({ name, size, type: "file", ...sameForAll }).getWriter();
      for await (const chunk of bytes()) await writer.write(chunk);
      await writer.close();
    }
    controller.finalize();
  };
  const fed = feed().catch((cause: unknown) => controller.error(cause));
  yield* readable;
  await fed;
}
