import type { Detector } from "../detector.ts";
import { cloudDetectors } from "./cloud.ts";
import { codeDetectors } from "./code.ts";
import { keyDetectors } from "./keys.ts";
import { modelDetectors } from "./models.ts";
import { passwordDetectors } from "./passwords.ts";
import { serviceDetectors } from "./services.ts";

/** Every kind of credential that is recognised in free text. */
export const detectors: readonly Detector[] = [
  ...keyDetectors,
  ...passwordDetectors,
  ...cloudDetectors,
  ...codeDetectors,
  ...modelDetectors,
  ...serviceDetectors,
];
