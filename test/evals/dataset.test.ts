/**
 * Datasets: what becomes a case, and what is rejected with the line and the remedy.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InMemoryTelemetry } from "loom-telemetry"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
import { Dataset } from "loom-telemetry/evals"
import { fileOf } from "./taped.js"

const schema = { input: Schema.String, expected: Schema.Number }

describe("a dataset in JSON lines", () => {
  it.effect("is read, and ids are added if there are none", () =>
    Effect.gen(function*() {
      const { cases } = yield* Dataset.parse(
        "\ufeff{\"id\":\"a\",\"input\":\"one\",\"expected\":1,\"metadata\":{\"level\":\"easy\"}}\n\n{\"input\":\"two\"}\r\n",
        schema
      )
      expect(cases).toEqual([
        { id: "a", input: "one", expected: 1, metadata: { level: "easy" } },
        { id: expect.stringMatching(/^[0-9a-f]{12}$/), input: "two", expected: undefined, metadata: {} }
      ])
    }))

  it.effect("is read as it was printed", () =>
    Effect.gen(function*() {
      const dataset = Dataset.make([{ input: "one", expected: 1 }, {
        input: "zwei\u2028\n",
        expected: 2,
        metadata: { a: [1] }
      }])
      expect(yield* Dataset.parse(Dataset.print(dataset), schema)).toEqual(dataset)
    }))

  it.effect("ignores repeated lines, which two processes leave that add the same trace", () =>
    Effect.gen(function*() {
      const line = "{\"id\":\"a\",\"input\":\"one\",\"expected\":1}"
      const { cases } = yield* Dataset.parse(`${line}\n${line}\r\n{"input":"two"}\n${line}`, schema)
      expect(cases.map(({ input }) => input)).toEqual(["one", "two"])
    }))

  it.effect.each([
    ["{\"input\":\"one\"}\nno JSON", 2, "it is not JSON"],
    ["{\"input\":1}", 1, "input"],
    ["{\"input\":\"one\",\"expected\":\"1\"}", 1, "expected"],
    ["[]", 1, ""],
    ["{\"id\":\"a\",\"input\":\"one\"}\n\n{\"id\":\"a\",\"input\":\"two\"}", 3, "line 1 already has the id"]
  ])("is rejected with its line: %s", ([text, line, problem]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Dataset.parse(text as string, schema))
      expect(error._tag).toBe("DatasetError")
      expect(error.line).toBe(line)
      expect(error.message).toContain(`Line ${line}`)
      expect(error.message).toContain(problem)
    }))

  it.effect("is rejected if a line has no input, whatever the schema", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Dataset.parse("{\"question\":1}", { input: Schema.Unknown }))
      expect(error.message).toContain("Line 1 of the dataset is not a case: it has no `input`")
    }))

  it("accepts bigints in values, and requires an id if an input cannot be JSON", () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    expect(Dataset.make([{ input: 10n }, { input: 11n }]).cases).toHaveLength(2)
    expect(Dataset.make([{ id: "a", input: cyclic }]).cases).toHaveLength(1)
    expect(() => Dataset.make([{ input: cyclic }])).toThrow(/A case needs an id/)
  })

  it("is rejected if an id occurs twice in values", () => {
    expect(() => Dataset.make([{ input: 1 }, { input: 1 }])).toThrow(/Case 2 has the id .* of an earlier case/)
  })
})

const traces = (captureContent: "attributes" | "none") =>
  Effect.gen(function*() {
    const agent = Agent.make({ name: "geographer", instructions: "Be short.", captureContent })
    yield* agent.run("France?")
    yield* agent.run("Italy?")
    return fileOf(yield* (yield* InMemoryTelemetry).spans)
  }).pipe(
    Effect.provide([InMemoryTelemetry.layer(), ScriptedModel.layer([{ text: "Paris" }, { text: "Rome" }])])
  )

describe("a dataset from traces", () => {
  it.effect("has the input of each agent, for asking again", () =>
    Effect.gen(function*() {
      const { cases } = yield* Dataset.fromTraces(yield* traces("attributes"), { expectAnswer: true })
      expect(cases.map(({ expected }) => expected)).toEqual(["Paris", "Rome"])
      const asked = yield* Agent.make({ name: "again", instructions: "" }).run(cases[0]!.input as never).pipe(
        Effect.provide(ScriptedModel.layer([{ text: "again" }]))
      )
      expect(JSON.stringify(asked.messages)).toContain("France?")
    }))

  it.effect("has the input of an agent that failed", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "geographer", instructions: "", captureContent: "attributes", modelRetries: 0 })
      yield* Effect.ignore(agent.run("Atlantis?"))
      const file = fileOf(yield* (yield* InMemoryTelemetry).spans)
      const { cases } = yield* Dataset.fromTraces(file, { where: ({ outcome }) => outcome === "failure" })
      expect(JSON.stringify(cases.map(({ expected, input }) => [input, expected]))).toContain("Atlantis?")
      expect(cases).toHaveLength(1)
    }).pipe(Effect.provide([InMemoryTelemetry.layer(), ScriptedModel.layer([])])))

  it.effect("only has the selected traces", () =>
    Effect.gen(function*() {
      const where = ({ attributes }: { readonly attributes: { readonly [key: string]: unknown } }) =>
        String(attributes["input"]).includes("Italy")
      const { cases } = yield* Dataset.fromTraces(yield* traces("attributes"), { where })
      expect(JSON.stringify(cases.map(({ input }) => input))).toContain("Italy?")
      expect(cases).toHaveLength(1)
    }))

  it.effect("is rejected if the content was not captured", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Dataset.fromTraces(yield* traces("none")))
      expect(error).toMatchObject({ _tag: "DatasetError", message: expect.stringContaining("captureContent") })
    }))
})
