/**
 * What a user sees after setting a variable to an invalid value: what is wrong and what would be right, without internals.
 */
import { NodeFileSystem } from "@effect/platform-node"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import { layerSpec } from "loom-telemetry/otel"
import { spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { besideDependencies, bundledPrograms } from "../bundled.js"

const pathOf = bundledPrograms(new URL("./programs/", import.meta.url), ["refused"], besideDependencies())

type Way = "runMain" | "runPromise" | "makeTelemetry" | "caught" | "printed"

/** The output of the program, run in this way with these variables. */
const printed = (way: Way, variables: NodeJS.ProcessEnv, variant = "root"): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [pathOf("refused"), way, variant], {
      env: { PATH: process.env["PATH"], ...variables },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let text = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => text += chunk)
    }
    child.on("error", reject)
    child.on("close", () => resolve(text))
  })

/** The lines, without those that Effect's logger and Node add around any error. */
const linesOf = (text: string): ReadonlyArray<string> =>
  text.trim().split("\n").map((line) => line.trim()).filter((line) =>
    line !== "" && !/^\[[\d:.]+\] ERROR \(#\d+\):$/.test(line)
  )

const twoLines = [
  "LOOM_TELEMETRY: \"nonsense\" names no telemetry sink",
  "Legal forms: none, console, memory, file:PATH (such as file:./traces.jsonl), or several of them separated by commas; otel with " +
  "layerConfig or layerSpec from loom-telemetry/otel"
]

const refused = { LOOM_TELEMETRY: "nonsense" }

describe("an invalid LOOM_TELEMETRY", () => {
  it("prints two lines under runMain: what is wrong, and the legal forms", async () => {
    expect(linesOf(await printed("runMain", refused))).toEqual([`Error: ${twoLines[0]}`, twoLines[1]])
  })

  it("prints these lines once if Node prints an unhandled rejection, without the fields of the error", async () => {
    const text = await printed("runPromise", refused)
    expect(text).toContain(`[Error: ${twoLines.join("\n")}] {`)
    expect(text.split("nonsense")).toHaveLength(2)
    expect(text).not.toMatch(/_op|InvalidData|path:|message:|^\s+at /m)
  })

  it("prints the same lines if nothing catches a rejected makeTelemetry", async () => {
    expect(await printed("makeTelemetry", refused)).toContain(twoLines.join("\n"))
  })

  it("prints the same lines if the rejection is caught and printed", async () => {
    expect(linesOf(await printed("caught", refused))).toEqual([`(FiberFailure) Error: ${twoLines[0]}`, twoLines[1]])
  })

  it("prints the same lines if the error itself is printed", async () => {
    expect(linesOf(await printed("printed", refused))).toEqual(twoLines)
  })

  it("prints one line, without a stack, if the variable names a file that cannot be opened", async () => {
    const lines = linesOf(await printed("runMain", { LOOM_TELEMETRY: "file:/dev/null" }))
    expect(lines).toEqual([
      "TelemetryOpenError: Cannot open \"/dev/null\" for telemetry: it exists and is not a regular file. Give the path of a file, such as " +
      "./traces.jsonl"
    ])
  })

  it("quotes neither a secret nor an escape, and only the beginning of a long text", async () => {
    const spec = `otlp:https://alice:swordfish99@example.com/\u001b[31m\u202e sk-proj-${"a1B2".repeat(12)} ${
      "x".repeat(100_000)
    }`
    const [first, ...rest] = linesOf(await printed("runMain", { LOOM_TELEMETRY: spec }))
    expect(rest).toHaveLength(1)
    expect(first).not.toMatch(/swordfish|sk-proj|[\u001b\u202e]/)
    expect(first!.length).toBeLessThan(600)
  })
})

describe("an invalid OTEL_* variable", () => {
  it("prints two lines under runMain: what is wrong, and what is allowed", async () => {
    const text = await printed("runMain", { LOOM_TELEMETRY: "otel", OTEL_TRACES_SAMPLER: "sometimes" }, "otel")
    expect(linesOf(text)).toEqual([
      "Error: OTEL_TRACES_SAMPLER is \"sometimes\"",
      "It must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio"
    ])
  })

  it("prints two lines for each if there are several", async () => {
    const variables = { LOOM_TELEMETRY: "otel", OTEL_BSP_EXPORT_TIMEOUT: "soon", OTEL_METRIC_EXPORT_INTERVAL: "0" }
    expect(linesOf(await printed("runMain", variables, "otel"))).toEqual([
      "Error: OTEL_METRIC_EXPORT_INTERVAL is \"0\"",
      "It must be a whole number, 1 or more",
      "OTEL_BSP_EXPORT_TIMEOUT is \"soon\"",
      "It must be a whole number, 1 or more"
    ])
  })

  it("quotes no secret in an address, and no headers", async () => {
    const variables = {
      LOOM_TELEMETRY: "otel",
      OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://alice:swordfish99@example.com",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key swordfish99"
    }
    const text = await printed("runPromise", variables, "otel")
    expect(text).toContain("OTEL_EXPORTER_OTLP_ENDPOINT")
    expect(text).toContain("OTEL_EXPORTER_OTLP_HEADERS is malformed")
    expect(text).not.toMatch(/swordfish|alice|_op|path:|^\s+at /m)
  })
})

it("an error about an invalid spec stays a ConfigError with its fields, and one line inside another string", async () => {
  const error = await Effect.void.pipe(
    Effect.provide(layerSpec("nonsense")),
    Effect.provide(NodeFileSystem.layer),
    Effect.flip,
    Effect.runPromise
  )
  expect(ConfigError.isConfigError(error)).toBe(true)
  expect(error).toMatchObject({
    _tag: "ConfigError",
    _op: "InvalidData",
    path: ["layerSpec"],
    message: expect.stringMatching(/^"nonsense" names no telemetry sink\. Legal forms: .*, otel, or several/)
  })
  expect(`${error as ConfigError.ConfigError}`).toMatch(/^\(Invalid data at layerSpec: "[^\n]*"\)$/)
  expect(Object.keys(error)).toEqual([])
})
