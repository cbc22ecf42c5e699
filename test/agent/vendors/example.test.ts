/**
 * The example with a real model: it uses the vendor whose key it finds, and says so if it finds none.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { besideDependencies, bundledPrograms } from "../../bundled.js"
import { runScript } from "../../examples/runProgram.js"
import { calls, says } from "./answers.js"
import { anthropic, openai, secretKey } from "./vendors.js"
import { vendorServer } from "./vendorServer.js"

// Includes the vendors' packages, because loading them file by file is slow. Their tokenizers read files next to them, and are not called.
const bundled = bundledPrograms(
  new URL("../../../examples/", import.meta.url),
  ["20-real-model"],
  besideDependencies(),
  ["@anthropic-ai/tokenizer", "gpt-tokenizer", "@pydantic/genai-prices"]
)

const run = (environment: NodeJS.ProcessEnv) =>
  Effect.promise(() => runScript(bundled("20-real-model"), { ...withoutKeys, ...environment }))

const withoutKeys = { ANTHROPIC_API_KEY: "", OPENAI_API_KEY: "" }

/** It starts a process, which can take long during a whole test run. */
const patience = 60_000

describe("examples/20-real-model.ts", () => {
  it.scopedLive("says that it is skipped without a key", () =>
    Effect.gen(function*() {
      expect(yield* run({})).toEqual({
        exitCode: 0,
        stderr: "",
        stdout: "Skipped: neither ANTHROPIC_API_KEY nor OPENAI_API_KEY is set\n"
      })
    }), patience)

  it.scopedLive.each([
    { vendor: anthropic, environment: (url: string) => ({ ANTHROPIC_API_KEY: secretKey, ANTHROPIC_BASE_URL: url }) },
    { vendor: openai, environment: (url: string) => ({ OPENAI_API_KEY: secretKey, OPENAI_BASE_URL: `${url}/v1` }) }
  ])(
    "calls $vendor.name if its key is set, and prints the tree and the answer",
    ({ environment, vendor }) =>
      Effect.gen(function*() {
        const server = yield* vendorServer(calls("add", "{\"a\":1234,\"b\":4321}"), says("The sum is 5555."))
        const result = yield* run(environment(server.url))
        expect(result).toMatchObject({ exitCode: 0, stderr: "" })
        expect(result.stdout).toMatch(new RegExp(`^    • loom\\.model\\.stream .*provider=${vendor.name}`, "m"))
        expect(result.stdout).toMatch(/^The sum is 5555\.$/m)
        expect(result.stdout).not.toContain(secretKey)
      }),
    patience
  )
})
