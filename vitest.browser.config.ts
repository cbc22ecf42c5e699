import { defineConfig } from "vitest/config"
import base from "./vitest.config.ts"

/** Tests of the page in a real Chromium, which `.ci/browser` installs: `npm run test:browser`. */
export default defineConfig({
  ...base,
  test: {
    include: ["test/browser/**/*.test.ts"],
    // Says which tests were skipped, and in their names why.
    reporters: ["verbose"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each starts a browser: one after another is faster than side by side.
    fileParallelism: false
  }
})
