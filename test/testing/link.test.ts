/** Every transport and every decorator of a Link keeps the one contract. */
import { type ChildProcess, spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { describe, test } from "vitest";
import { seededRandom, VirtualClock } from "../../src/base/index.ts";
import { faultyLink, type LinkPair, linkSuite } from "../../src/testing/index.ts";
import { memoryPair, stdioLink } from "../../src/transport/index.ts";

const api = { describe, test };

linkSuite(api, {
  name: "memory",
  open: async () => {
    const [near, far] = memoryPair();
    return { near, far };
  },
});

linkSuite(api, {
  name: "stdio in memory",
  open: async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    return {
      near: stdioLink({ readable: back, writable: there }),
      far: stdioLink({ readable: there, writable: back }),
    };
  },
  skips: {
    "who stops listening does not hold up the other end":
      "a stream in memory is one object for both ends; a pipe of the system tells its writer",
  },
});

linkSuite(api, { name: "stdio over pipes", open: pipes });

linkSuite(api, {
  name: "faulty line over memory",
  open: async () => {
    const clock = new VirtualClock();
    const [near, far] = memoryPair();
    const random = seededRandom(7);
    const faults = { delayMsMax: 20, splitChance: 0.4, mergeChance: 0.3, pauseChance: 0.05, pauseMsMax: 200 };
    return { near: faultyLink(near, { clock, random, faults }), far, clock };
  },
});

/** Two `cat` processes as pipes of the system. */
async function pipes(): Promise<LinkPair> {
  const cats = [cat(), cat()] as const;
  const [there, back] = cats;
  return {
    near: stdioLink({ readable: back.stdout!, writable: there.stdin! }),
    far: stdioLink({ readable: there.stdout!, writable: back.stdin! }),
    free: async () => {
      for (const one of cats) one.kill();
    },
  };
}

function cat(): ChildProcess {
  return spawn("cat", [], { stdio: ["pipe", "pipe", "inherit"] });
}
