import type { OnReadOpts, Socket } from "node:net";

const { closeSync, mkdtempSync, openSync, rmSync } = process.getBuiltinModule("node:fs");
const net = process.getBuiltinModule("node:net");
const { devNull, tmpdir } = process.getBuiltinModule("node:os");
const { join } = process.getBuiltinModule("node:path");

/** Two ends of one local connection: ours reads into a buffer of our choice, theirs becomes a child's descriptor. */
export interface SocketPair {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/**
 * Makes a pair whose our end reads through `onread`. Node gives a child's pipes no way to choose the read buffer, so
 * the pair is made through a listening socket in a folder that only this user can enter, which is gone again before
 * the child starts.
 */
export function socketPair(onread: OnReadOpts): Promise<SocketPair> {
  return new Promise((resolve, reject) => {
    const folder = mkdtempSync(join(tmpdir(), "reelwire-"));
    const path = join(folder, "s");
    let ours: Socket;
    const clean = (): void => {
      listener.close();
      rmSync(folder, { recursive: true, force: true });
    };
    const listener = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (theirs) => {
      ours.off("error", fail);
      clean();
      resolve({ ours, theirs });
    });
    const fail = (error: Error): void => {
      clean();
      reject(error);
    };
    listener.once("error", fail);
    listener.listen(path, () => {
      ours = net.connect({ path, allowHalfOpen: true, onread });
      ours.once("error", fail);
      ours.pause();
    });
  });
}

/**
 * Our own end of a standard stream, or undefined when it is a file or a terminal. Once it is made, `process.stdin`
 * or `process.stdout` of the same descriptor must not be touched: the event loop knows a descriptor once.
 */
export function ownSocket(fd: 0 | 1, onread?: OnReadOpts): Socket | undefined {
  try {
    const reads = fd === 0;
    const options = { fd, readable: reads, writable: !reads, allowHalfOpen: true };
    const socket = new net.Socket({ ...options, ...(onread ? { onread } : {}) } as ConstructorParameters<
      typeof net.Socket
    >[0]);
    return socket;
  } catch {
    return undefined;
  }
}

/**
 * Closes one of our own standard streams for the other end to see. The event loop forgets such a descriptor but
 * leaves it open; here it is closed, and its number is taken so that no file can get it.
 */
export function closeOwn(socket: Socket, fd: 0 | 1): void {
  socket.once("close", () => {
    closeSync(fd);
    openSync(devNull, fd === 0 ? "r" : "w");
  });
  socket.destroy();
}
