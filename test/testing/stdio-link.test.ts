/** What a stdio link does with the bytes, beyond what every link does. */
import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { parseMessage } from "../../src/protocol/index.ts";
import { type Noise, type StdioLinkOptions, stdioLink } from "../../src/transport/index.ts";

test("lines that are no message are noise, and the messages around them pass", async () => {
  const { texts, noise } = await heard([
    'Server listening…\n{"id":1,"method":"a"}\r\n\n7\n',
    new Uint8Array([0xff, 0x0a]),
    "[1]\n",
  ]);
  expect(texts).toEqual(['{"id":1,"method":"a"}\r', "[1]"]);
  expect(noise).toEqual(["text Server listening…", "text ", "text 7", "bytes \ufffd"]);
});

test("a line longer than the limit is noise of which the head is told", async () => {
  const { texts, noise } = await heard([`{"a":"${"x".repeat(5000)}"}\n{}\n`], { lineBytesMax: 2000 });
  expect(texts).toEqual(["{}"]);
  expect(noise).toEqual([`long {"a":"${"x".repeat(1018)} and ${5008 - 1024} more`]);
});

test("a last line without its end is a message when it is whole, else noise that was cut", async () => {
  expect(await heard(['{"id":1}'])).toMatchObject({ texts: ['{"id":1}'], noise: [] });
  expect(await heard(['{"id":'])).toMatchObject({ texts: [], noise: ['text {"id": (cut)'] });
});

test("the end has the reason of the stream and what is known later, a process's code say", async () => {
  const readable = new PassThrough();
  const ended = async () => ({ code: 1 });
  const link = stdioLink({ readable, writable: new PassThrough(), ended });
  readable.destroy(new Error("torn"));
  expect(await link[Symbol.asyncIterator]().next()).toEqual({
    done: true,
    value: { reason: "torn", code: 1 },
  });
});

test("what is sent in one turn goes out in one write", async () => {
  const writes: number[] = [];
  const take = (chunks: unknown[], done: () => void) => {
    writes.push(chunks.length);
    done();
  };
  const writable = new Writable({ writev: take, write: (chunk, _encoding, done) => take([chunk], done) });
  const link = stdioLink({ readable: new PassThrough(), writable });
  await Promise.all([1, 2, 3].map((id) => link.send(parseMessage(`{"id":${id}}`)!)));
  await link.close();
  expect(writes).toEqual([3]);
});

test("a writer that breaks is an end like another: sends are let go, close resolves", async () => {
  const writable = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => done(new Error("EPIPE")),
  });
  const link = stdioLink({ readable: new PassThrough(), writable });
  for (let i = 0; i < 3; i++) await link.send(parseMessage("{}")!);
  await link.close();
  await link.close();
});

test("leaving wakes a listener whose process has not said how it ended", async () => {
  const ended = () => new Promise<never>(() => {});
  const link = stdioLink({ readable: new PassThrough(), writable: new PassThrough(), ended });
  const iterator = link[Symbol.asyncIterator]();
  const next = iterator.next();
  expect(await iterator.return!()).toMatchObject({ done: true });
  expect(await next).toMatchObject({ done: true });
});

async function heard(
  chunks: (string | Uint8Array)[],
  options: Partial<StdioLinkOptions> = {},
): Promise<{ texts: string[]; noise: string[] }> {
  const readable = new PassThrough();
  const noise: string[] = [];
  const onNoise = ({ kind, bytes, lostBytes, cut }: Noise) => {
    const more = lostBytes > 0 ? ` and ${lostBytes} more` : "";
    noise.push(`${kind} ${new TextDecoder().decode(bytes)}${more}${cut ? " (cut)" : ""}`);
  };
  const link = stdioLink({ readable, writable: new PassThrough(), onNoise, ...options });
  for (const chunk of chunks) readable.write(chunk);
  readable.end();
  const texts: string[] = [];
  for await (const message of link) texts.push(message.text);
  return { texts, noise };
}
