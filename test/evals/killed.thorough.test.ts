/**
 * An experiment whose process is killed continues where it stopped, from its file.
 */
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Experiment } from "loom-telemetry/evals"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createReadStream, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { bundledPrograms } from "../bundled.js"
import { doubling } from "./programs/doubling.js"

const program = bundledPrograms(new URL("./programs/", import.meta.url), ["tried"])
const root = mkdtempSync(`${tmpdir()}/loom-killed-`)
afterAll(() => rmSync(root, { recursive: true }))

/** Starts the experiment and kills its process as soon as it reaches the case that is never answered. */
const killed = async (path: string, answered: number): Promise<NodeJS.Signals | null> => {
  const child = spawn(process.execPath, [program("tried"), path, String(answered)], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes(`asked ${answered}\n`)) {
      child.kill("SIGKILL")
    }
  })
  const [, signal] = await once(child, "close") as [number | null, NodeJS.Signals | null]
  return signal
}

const resultsIn = (path: string) =>
  Experiment.results(Stream.fromAsyncIterable(createReadStream(path), (error) => error as Error))

describe("an experiment whose process is killed", () => {
  it.each([0, 1, 7])("keeps the %i cases that were done, and only runs the others", async (answered) => {
    const path = `${root}/killed-${answered}.jsonl`
    expect(await killed(path, answered)).toBe("SIGKILL")
    const [read] = await Effect.runPromise(resultsIn(path))
    expect((read?.cases ?? []).map(({ caseId }) => caseId)).toEqual(
      Array.from({ length: answered }, (_, input) => `case ${input}`)
    )
    const asked: Array<number> = []
    const result = await Effect.runPromise(Experiment.run({
      ...doubling,
      task: (input: number) => Effect.sync(() => asked.push(input)).pipe(Effect.as(input * 2)),
      done: read?.cases ?? []
    }))
    expect(asked).toEqual(Array.from({ length: 12 - answered }, (_, index) => answered + index))
    expect(result.cases).toHaveLength(12)
    expect(result.scores["exact"]?.estimate?.mean).toBe(1)
  }, 60_000)
})
