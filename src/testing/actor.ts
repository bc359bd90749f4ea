/** A scripted end of a Link: says its lines, remembers what it hears. Pairs with `simulation.ts`. */
import { assert, type Clock, type Random } from "../base/index.ts";
import type { Link, SideFacts } from "../core/index.ts";
import { type Message, parseMessage } from "../protocol/index.ts";

export type Act =
  /** A message, as its text. */
  | { readonly say: string }
  | { readonly waitMs: number }
  /** Waits until so many messages have been heard in all, or the other end has ended. */
  | { readonly hear: number };

/** What an actor went through. */
export interface Heard {
  /** The texts of the messages, in order. */
  readonly texts: readonly string[];
  /** How the other end ended. */
  readonly ended: SideFacts;
}

/** Plays a script, then says no more and listens until the other end has ended. */
export async function act(
  world: { readonly clock: Clock },
  link: Link,
  script: readonly Act[],
): Promise<Heard> {
  const ear = new Ear();
  const listening = ear.listen(link);
  for (const line of script) {
    if ("say" in line) await link.send(messageOf(line.say));
    else if ("waitMs" in line) await new Promise<void>((go) => world.clock.after(line.waitMs, go));
    else await ear.heard(line.hear);
  }
  await link.close();
  return { texts: ear.texts, ended: await listening };
}

/** A random script of up to `linesMax` different messages; every actor of a world needs its own name. */
export function randomScript(random: Random, name: string, linesMax: number): Act[] {
  const script: Act[] = [];
  for (let line = random.below(linesMax + 1); line > 0; line--) {
    if (random.chance(0.3)) script.push({ waitMs: random.below(50) });
    script.push({ say: randomText(random, `${name}-${line}`) });
  }
  return script;
}

/** A random message with `mark` in it: all kinds, nasty spellings, sometimes large. */
export function randomText(random: Random, mark: string): string {
  const pick = (list: readonly string[]): string => list[random.below(list.length)]!;
  const id = pick(["0", '""', "1", '"1"', "12345678901234567890", "1e400", "null", '"\\ud800"']);
  const filler = pick(["", "x".repeat(random.below(200)), "é\\n\\u2028😀".repeat(random.below(20))]);
  const value = `{"mark":"${mark}","__proto__":[1.0,-0,1E5],"a":1,"a":2,"filler":"${filler}"}`;
  const request = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${value}}`;
  const notification = `{"method":"notifications/message","params":${value}}`;
  const result = `  {"result":${value} , "id":${id}}\t`;
  const error = `{"id":${id},"error":{"code":-32000,"message":"no","data":${value}}}`;
  return pick([request, notification, result, error, `[${request},${notification}]`]);
}

class Ear {
  readonly texts: string[] = [];
  #ended = false;
  #waiting: { readonly count: number; readonly go: () => void }[] = [];

  async listen(link: Link): Promise<SideFacts> {
    const iterator = link[Symbol.asyncIterator]();
    for (;;) {
      const result = await iterator.next();
      if (result.done) this.#ended = true;
      else this.texts.push(result.value.text);
      this.#tell();
      if (result.done) return result.value;
    }
  }

  heard(count: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ count, go });
      this.#tell();
    });
  }

  #tell(): void {
    const ready = (one: { readonly count: number }) => this.#ended || this.texts.length >= one.count;
    const due = this.#waiting.filter(ready);
    this.#waiting = this.#waiting.filter((one) => !ready(one));
    for (const { go } of due) go();
  }
}

function messageOf(text: string): Message {
  const message = parseMessage(text);
  assert(message, `an actor says messages: ${text}`);
  return message;
}
