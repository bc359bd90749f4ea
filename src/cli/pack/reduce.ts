/**
 * What a header and its lines say about the recording machine and nobody else needs: processes, folders, paths of
 * programs. A path that tells which program ran keeps its last name.
 */
import type { TapeEvent } from "../../tape/index.ts";
import type { Reduced } from "./manifest.ts";

type Told = Omit<Reduced, "tape">;

/** How many are told; the rest is counted. */
export const reducedMax = 10_000;

const dropped: ReadonlySet<string> = new Set(["launcher", "recorder"]);

export class Reducer {
  readonly list: Told[] = [];
  count = 0;

  /** A member of the header, as its JSON text. */
  member(key: string, json: string): string | undefined {
    if (dropped.has(key)) {
      this.#tell(1, `/${key}`, "dropped");
      return undefined;
    }
    if (key !== "server" && key !== "client") return json;
    const before = this.count;
    const side = this.#side(JSON.parse(json) as Record<string, unknown>, `/${key}`);
    return this.count === before ? json : JSON.stringify(side);
  }

  event(event: TapeEvent, line: number): TapeEvent {
    const { payload } = event;
    if (payload.kind !== "open" || payload.open.pid === undefined) return event;
    const { pid: _pid, ...open } = payload.open;
    this.#tell(line, "/open/pid", "dropped");
    return { ...event, payload: { kind: "open", open } };
  }

  #side(side: Record<string, unknown>, pointer: string): Record<string, unknown> {
    const { cwd, command } = side;
    const kept = { ...side };
    if (typeof cwd === "string") kept["cwd"] = this.#base(cwd, `${pointer}/cwd`);
    if (Array.isArray(command))
      kept["command"] = command.map((word: unknown, i) =>
        typeof word === "string" ? this.#base(word, `${pointer}/command/${i}`) : word,
      );
    return kept;
  }

  #base(text: string, pointer: string): string {
    const short = baseName(text);
    if (short !== text) this.#tell(1, pointer, "base name");
    return short;
  }

  #tell(line: number, pointer: string, how: Told["how"]): void {
    this.count++;
    if (this.list.length < reducedMax) this.list.push({ line, pointer, how });
  }
}

/** The last name of an absolute path, behind a flag or alone; anything else as it is. */
export function baseName(text: string): string {
  const found = /^(--?[\w-]+=)?((?:file:\/\/)?\/|~[\\/]|[A-Za-z]:[\\/]|\\\\)(.*)$/s.exec(text);
  if (!found) return text;
  const [, flag = "", , path = ""] = found;
  return flag + (path.split(/[\\/]/).findLast((name) => name !== "") ?? "");
}
