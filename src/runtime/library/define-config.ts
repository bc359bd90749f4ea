import type { RedactConfig } from "../redact-rules.ts";

/** A project's configuration, `reelwire.config.ts`: what is the same for every command that runs in it. */
export interface ReelwireConfig {
  /** Rules of the project's own for what is taken out of tapes. */
  readonly redact?: RedactConfig;
}

/** Gives a configuration back as it is; it is there so that an editor knows what may be in it. */
export function defineConfig(config: ReelwireConfig): ReelwireConfig {
  return config;
}
