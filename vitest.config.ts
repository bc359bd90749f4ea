import { defineConfig } from "vitest/config";

// The quick suite: every test that holds on each commit. Longer runs live in vitest.long.config.ts.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.long.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
    maxWorkers: 3,
  },
});
