import { defineConfig } from "vitest/config";

// Minutes, not seconds: kill loops, gigabytes, many seeds.
export default defineConfig({
  test: {
    include: ["test/**/*.long.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 1,
  },
});
