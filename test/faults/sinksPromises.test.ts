/**
 * Promises that are rejected in the values of a program, and what its sinks give: the process goes on to its own end.
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
  faultRow("sinks", "a promise in a value that is rejected does not end the process, whatever the sink", async () => {
    const options: PromisingOptions = { path: join(folder, "traces.jsonl") }
    const { code, signal, stderr, stdout } = await start("promising", { args: [JSON.stringify(options)] }).ended
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" })
    const said = stdout.split("\n").filter((line) => line.endsWith("result"))
    expect(said).toEqual(sinks.map((sink) => `${sink}: its own result`))
  })
})
