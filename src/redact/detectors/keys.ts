import { type Detector, mixedEnd } from "../detector.ts";
import { privateKeyEnd } from "../pem.ts";

/** Key material and signed tokens, which no single vendor owns. */
export const keyDetectors: readonly Detector[] = [
  {
    kind: "private-key",
    starts: ["-----BEGIN "],
    pattern: /-----BEGIN [A-Z0-9 ]{11,64}-----/y,
    end: privateKeyEnd,
  },
  {
    kind: "age-secret-key",
    starts: ["AGE-SECRET-KEY-"],
    pattern: /AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/y,
  },
  {
    kind: "jwt",
    starts: ["eyJ"],
    // No limits, but one attempt only in a run of such characters.
    pattern: /(?<![_-])eyJ[\w-]{10,}\.eyJ[\w-]{2,}\.[\w-]*/y,
    end: mixedEnd,
  },
  {
    kind: "jwe",
    starts: ["eyJ"],
    pattern: /(?<![_-])eyJ[\w-]{10,}\.[\w-]*\.[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/y,
    end: mixedEnd,
  },
];
