/** Two ways to a full disk without filling one: a tiny file system of our own, and a limit on the size of files. */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";

export interface FullDisk {
  readonly name: string;
  /** Why it does not work on this machine, or undefined when it does. */
  readonly missing: string | undefined;
  /** A command in front that leaves `bytes` of room, for files below `folder`. */
  front(bytes: number, folder: string, keepIn: string): readonly string[];
}

/** Mounts, runs the command, and saves what is on the small disk before the mount goes away with its namespace. */
const script = `mount -t tmpfs -o size="$1" none "$2" || exit 99
folder=$2 keep=$3; shift 3
"$@"; code=$?
cp "$folder"/* "$keep"/; exit $code`;

function answers(argv: readonly string[]): string | undefined {
  const run = spawnSync(argv[0]!, argv.slice(1), { encoding: "utf8" });
  if (run.status === 0) return undefined;
  return run.error?.message ?? (run.stderr.trim() || `status ${run.status}`);
}

export const fullDisks: readonly FullDisk[] = [
  {
    name: "a small file system",
    missing: answers(["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=64k none "$1"', "sh", tmpdir()]),
    front: (bytes, folder, keepIn) => [
      "unshare",
      "-rm",
      "sh",
      "-c",
      script,
      "sh",
      String(bytes),
      folder,
      keepIn,
    ],
  },
  {
    name: "a limit on file size",
    missing: answers(["prlimit", "--fsize=100000", "true"]),
    front: (bytes) => ["prlimit", `--fsize=${bytes}`],
  },
];
