/**
 * Two connected sockets in one process, because Node has no `socketpair`: one end is handed to a child as its
 * stdin or stdout, the other is read here into one reused buffer, which a child's own pipe does not allow.
 */
import { rmSync } from "node:fs";
import { connect, createServer, type OnReadOpts, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

let count = 0;

/** Resolves to our end (read through `onread`, when given) and the end for the child. */
export async function socketPair(onread?: OnReadOpts): Promise<{ ours: Socket; theirs: Socket }> {
  const name = `reelwire-bench-${process.pid}-${count++}`;
  const path = process.platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  const accepted = new Promise<Socket>((resolve, reject) =>
    server.once("connection", resolve).once("error", reject),
  );
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const ours = connect({ path, allowHalfOpen: true, ...(onread ? { onread } : {}) });
  const theirs = await accepted;
  server.close();
  if (!path.startsWith("\0")) rmSync(path, { force: true });
  return { ours, theirs };
}
