import { defineConfig } from "vitest/config"
import base from "./vitest.config.ts"

/** Tests against real backends, which `.ci/backends` installs: `npm run test:backends`. */
export default defineConfig({
  ...base,
  test: {
    include: ["test/backends/**/*.test.ts"],
    // Says which tests were skipped, and in their names why.
    reporters: ["verbose"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Each starts servers: one after another is faster than side by side.
    fileParallelism: false
  }
})
