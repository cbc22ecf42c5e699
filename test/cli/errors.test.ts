/**
 * `errors` lists each failure once, where it started, including those that the program recovered from.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FileTelemetry, Telemetry } from "loom-telemetry"
import { Supervisor, Workflow } from "loom-telemetry/agent"
import { calling, talker } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { span } from "../readers/lines.js"
import { documents, loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
beforeAll(() => {
  files = folder()
})
afterAll(() => files.remove())

const error = new Error("status 401")
const worker = talker("worker")
const editor = Supervisor.make({ name: "editor", instructions: "Delegate.", workers: { worker } })
const delegation = calling({ id: "c1", name: "delegate", params: { worker: "worker", instructions: "Do it" } })

const programs = {
  agent: worker.run("Hello").pipe(scripted({ error })),
  delegation: editor.run("Hello").pipe(scripted(delegation, { error }, { text: "It did not work." })),
  workflow: Workflow.chain("flow", [(text: string) => worker.run(text)])("Hello").pipe(scripted({ error })),
  "program that tries twice": Effect.retry(worker.run("Hello"), { times: 1 }).pipe(
    Telemetry.withSpan("app"),
    scripted({ error }, { text: "Hello!" })
  )
}

const listed = async (name: string): Promise<ReadonlyArray<string>> => {
  const { stdout } = await loom(["errors", "--json", files.path(name)])
  const groups = documents({ stdout }) as ReadonlyArray<{ readonly [key: string]: unknown }>
  return groups.map(({ count, label, message }) => `${count} × ${label} ${message}`)
}

describe("a model call that fails", { concurrent: true, timeout: 60_000 }, () => {
  it.each(Object.entries(programs))("is listed once, at the call: %s", async (name, program) => {
    const path = files.path(`${name}.jsonl`)
    const sink = Layer.provide(FileTelemetry.layer(path), NodeFileSystem.layer)
    await Effect.runPromise(Effect.provide(Effect.exit(program), sink))
    expect(await listed(`${name}.jsonl`)).toEqual([
      expect.stringMatching(/^1 × loom\.model\.stream ScriptedModel ModelCallError: /)
    ])
    expect((await loom(["errors", "--fail-if", "errors > 1", path])).code).toBe(0)
  })
})

const wrapped = "AgentError: The agent \"a\" failed in turn 0: the model call failed. See `cause` for what it said"
const failed = (exception: string) => ({ outcome: "failure", exception })
const call = { name: "loom.model.stream", parent: 2 }

describe("two failures", { concurrent: true, timeout: 60_000 }, () => {
  const write = (name: string, ...parts: ReadonlyArray<Parameters<typeof span>[0]>) =>
    files.write(name, parts.map((each) => `${span(each)}\n`).join(""))

  it("are both listed if a turn recovered from a failed call and failed for another reason", async () => {
    write(
      "recovered.jsonl",
      { id: 1, name: "loom.run", ms: 9, ...failed("Error: the disk is full") },
      { id: 2, name: "loom.turn", parent: 1, ms: 8, ...failed("Error: the disk is full") },
      { id: 3, ...call, start: 1, ...failed("ModelCallError: status 503") },
      { id: 4, ...call, start: 3 }
    )
    expect((await listed("recovered.jsonl")).toSorted()).toEqual([
      "1 × loom.model.stream ModelCallError: status 503",
      "1 × loom.turn Error: the disk is full"
    ])
  })

  it("are both listed if the turn's last call is not the one that failed", async () => {
    write(
      "later.jsonl",
      { id: 2, name: "loom.turn", ms: 8, ...failed(wrapped) },
      { id: 3, ...call, start: 1, ...failed("ModelCallError: status 503") },
      { id: 4, ...call, start: 3 }
    )
    expect(await listed("later.jsonl")).toHaveLength(2)
  })

  it("are both listed if a program turned the inner error into its own error", async () => {
    write(
      "own.jsonl",
      { id: 1, name: "app", ms: 9, ...failed("Error: no answer for the user") },
      { id: 2, name: "loom.turn", parent: 1, ms: 8, ...failed(wrapped) },
      { id: 3, ...call, start: 1, ...failed("ModelCallError: status 503") }
    )
    expect((await listed("own.jsonl")).toSorted()).toEqual([
      "1 × app Error: no answer for the user",
      "1 × loom.model.stream ModelCallError: status 503"
    ])
  })

  it("are listed at the turn if the record of its failed call was lost", async () => {
    write("lost.jsonl", { id: 2, name: "loom.turn", ms: 8, ...failed(wrapped) })
    expect(await listed("lost.jsonl")).toEqual([`1 × loom.turn ${wrapped}`])
  })
})
