/**
 * Rejected promises in the values of a program and in the results of its sinks: the process continues to its normal end.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect } from "vitest"
import type { PromisingOptions } from "./programs-sinks/promising.js"
import { programs } from "./programs-sinks/startProgram.js"
import { faultRow } from "./row.js"

const start = programs()
const folder = mkdtempSync(join(tmpdir(), "loom-promises-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sinks = ["none", "memory", "console", "file", "custom", "effect", "otel", "all"]

describe("promises in values", () => {
  faultRow("sinks", "a rejected promise in a value does not end the process, with any sink", async () => {
    const options: PromisingOptions = { path: join(folder, "traces.jsonl") }
    const { code, signal, stderr, stdout } = await start("promising", { args: [JSON.stringify(options)] }).ended
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" })
    const said = stdout.split("\n").filter((line) => line.endsWith("result"))
    expect(said).toEqual(sinks.map((sink) => `${sink}: its own result`))
  })
})
