/**
 * Content stays out of the records unless `captureContent` asks for it.
 */
import type * as AiError from "@effect/ai/AiError"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import {
  Agent,
  AutoExtract,
  type CaptureContent,
  Memory,
  type ScriptedTurn,
  Supervisor,
  Workflow
} from "loom-telemetry/agent"
import { jsonText } from "../../src/agent/model/content.js"
import { unhandledIn } from "../properties/unhandled.js"
import { calling, saying, talker } from "./arithmetic.js"
import { recorded, scripted, spanNamed, spansNamed } from "./recorded.js"
import { answeredWith, malformed, unknown } from "./vendorErrors.js"

const secret = "s3cr3t-marker"

const Note = Tool.make("note", {
  parameters: { text: Schema.String.pipe(Schema.maxLength(100)) },
  success: Schema.String
})
const tools = Toolkit.make(Note)
const ToolsLive = tools.toLayer({ note: ({ text }) => Effect.succeed(`noted ${text}`) })

const noting = (captureContent?: CaptureContent) =>
  Agent.make({ name: "noter", instructions: `Keep ${secret}`, toolkit: tools, captureContent })

const script: ReadonlyArray<ScriptedTurn> = [
  {
    ...calling(
      { id: "c1", name: "note", params: { text: secret } },
      // Invalid parameters: the error quotes them.
      { id: "c2", name: "note", params: { text: secret.repeat(20) } },
      { id: "c3", name: "note", params: { [secret]: secret } },
      { id: "c4", name: "note", params: secret },
      { id: "c5", name: "invented", params: { secret } }
    ),
    reasoning: `I think of ${secret}`,
    text: `Noting ${secret}`
  },
  saying(`Noted ${secret}`)
]

const holding = (run: { readonly spans: unknown; readonly metrics: unknown }): ReadonlyArray<string> =>
  JSON.stringify([run.spans, run.metrics]).split("\"").filter((text) => text.includes(secret))

describe("content", () => {
  it.effect("is in no record by default", () =>
    Effect.gen(function*() {
      const run = yield* noting().run(`Remember ${secret}`).pipe(
        Effect.provide(ToolsLive),
        scripted(...script),
        recorded
      )
      expect((yield* run.exit).output).toBe(`Noted ${secret}`)
      expect(spansNamed(run, "loom.tool")).toHaveLength(5)
      expect(holding(run)).toEqual([])
    }))

  it.effect("is in no record of a supervisor and its workers", () =>
    Effect.gen(function*() {
      const boss = Supervisor.make({ name: "boss", instructions: secret, workers: { writer: talker("writer") } })
      const run = yield* boss.run(secret).pipe(
        scripted(
          calling({ id: "c1", name: "delegate", params: { worker: "writer", instructions: secret } }),
          saying(secret),
          saying(secret)
        ),
        recorded
      )
      expect((yield* run.exit).output).toBe(secret)
      expect(holding(run)).toEqual([])
    }))

  const quoting: ReadonlyArray<readonly [kind: string, turn: ScriptedTurn]> = [
    ["a cause", { text: secret, error: new Error(secret) }],
    ["a malformed answer", { error: malformed(secret) }],
    ["an unknown error", { error: unknown(secret) }],
    ["a response", { error: answeredWith(400, { "x-echo": secret }, secret) }]
  ]

  it.effect.each(quoting)(
    "is in no record when the model fails with %s that quotes it",
    ([, turn]) =>
      Effect.gen(function*() {
        const run = yield* talker("parrot").run(secret).pipe(scripted(turn), recorded)
        expect(run.exit._tag).toBe("Failure")
        expect(holding(run)).toEqual([])
      })
  )

  const askingTool = (asked: Effect.Effect<string, AiError.AiError>) => {
    const Ask = Tool.make("ask", { success: Schema.String, failure: Schema.Unknown })
    const toolkit = Toolkit.make(Ask)
    return Agent.make({ name: "asker", instructions: "", toolkit }).run("Go").pipe(
      Effect.provide(toolkit.toLayer({ ask: () => asked })),
      scripted(calling({ id: "c1", name: "ask", params: {} }), saying("done")),
      recorded
    )
  }

  it.effect("is in no record when a model call of a tool fails, or dies, with an error that quotes it", () =>
    Effect.gen(function*() {
      for (const asked of [Effect.fail(unknown(secret)), Effect.die(unknown(secret))]) {
        const run = yield* askingTool(asked)
        expect((yield* run.exit).output).toBe("done")
        expect(spanNamed(run, "loom.tool").attributes["error"]).toBe(
          "ToolCallError: a model call of the tool failed"
        )
        expect(holding(run)).toEqual([])
      }
    }))

  it.effect("is in no record when a model call of a workflow's step fails with an error that quotes it", () =>
    Effect.gen(function*() {
      const asking = () => Effect.fail(unknown(secret))
      const run = yield* Workflow.chain("asking", [asking])("Go").pipe(recorded)
      expect(yield* Effect.flip(run.exit)).toEqual(unknown(secret))
      expect(spanNamed(run, "loom.workflow.step").exception).toBe(
        "ModelCallError: Vendor.streamText failed: UnknownError"
      )
      expect(holding(run)).toEqual([])
    }))

  it.effect("is in no record when the extraction of facts fails", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").run(secret, { userId: "alice" }).pipe(
        Effect.provide(AutoExtract.layer({ background: false }).pipe(Layer.provide(Memory.layerInMemory))),
        scripted(saying(secret), { text: secret, error: new Error(secret) }),
        recorded
      )
      expect((yield* run.exit).output).toBe(secret)
      expect(spansNamed(run, "loom.model.stream").map(({ outcome }) => outcome)).toEqual(["success", "failure"])
      expect(holding(run)).toEqual([])
    }))

  it.effect("becomes attributes with captureContent", () =>
    Effect.gen(function*() {
      const run = yield* noting("attributes").run(`Remember ${secret}`).pipe(
        Effect.provide(ToolsLive),
        scripted(...script),
        recorded
      )
      const root = spanNamed(run, "loom.run").attributes
      expect(root["output"]).toBe(`Noted ${secret}`)
      expect(root["input"]).toContain(`Remember ${secret}`)
      const [first] = spansNamed(run, "loom.model.stream")
      expect(first!.attributes["input_messages"]).toContain(`Keep ${secret}`)
      expect(first!.attributes["output_messages"]).toContain(`I think of ${secret}`)
      const [good, bad] = spansNamed(run, "loom.tool")
      expect(good!.attributes).toMatchObject({
        arguments: JSON.stringify({ text: secret }),
        result: JSON.stringify(`noted ${secret}`)
      })
      expect(bad!.attributes["arguments"]).toContain(secret)
    }))

  it("that contains promises does not crash the program", async () => {
    const rejected = async () => {
      throw new Error("no")
    }
    const result = { value: rejected(), later: { toJSON: rejected }, list: [rejected()] }
    expect(await unhandledIn(() => expect(jsonText(result)).toBe("{\"value\":{},\"later\":{},\"list\":[{}]}"))).toEqual(
      []
    )
  })

  it.effect("of a long conversation is still a list of messages", () =>
    Effect.gen(function*() {
      const run = yield* noting("attributes").run("All of it: " + "page ".repeat(10_000)).pipe(
        Effect.provide(ToolsLive),
        scripted(calling({ id: "c1", name: "note", params: { text: "short" } }), saying("Noted.")),
        recorded
      )
      const [, last] = spansNamed(run, "loom.model.stream").map(({ attributes }) => attributes["input_messages"])
      const messages = JSON.parse(last as string)
      expect(messages.map(({ role }: { role: string }) => role)).toEqual(["system", "user", "assistant", "tool"])
      expect(JSON.stringify(messages[1])).toMatch(/All of it: page .*…\[\+4\d{4} chars\]/)
      expect(JSON.stringify(messages[3])).toContain("noted short")
    }))

  it.live.each<readonly [what: string, value: () => unknown]>([
    ["200,000 rows", () => Array.from({ length: 200_000 }, (_, id) => ({ id, name: "row" }))],
    [
      "an object of 200,000 keys",
      () => Object.fromEntries(Array.from({ length: 200_000 }, (_, id) => [`key ${id}`, id]))
    ],
    ["a hundred texts of 100,000 characters", () => Array.from({ length: 100 }, () => "A moth. ".repeat(12_500))],
    ["3,000 texts of 1,000 characters", () => Array.from({ length: 3000 }, () => "A moth. ".repeat(125))],
    ["texts of control characters", () => Array.from({ length: 50 }, () => "\u0001".repeat(30_000))],
    ["lists of 600 by 600", () => Array.from({ length: 600 }, () => Array.from({ length: 600 }, (_, id) => id))]
  ])("stays JSON with a result of %s, and keeps the question and the end", ([, value]) =>
    Effect.gen(function*() {
      const Big = Tool.make("note", { success: Schema.Any })
      const big = Toolkit.make(Big)
      const agent = Agent.make({ name: "reader", instructions: "", toolkit: big, captureContent: "attributes" })
      const run = yield* agent.run("What is in it?").pipe(
        Effect.provide(big.toLayer({ note: () => Effect.sync(value) })),
        scripted(calling({ id: "c1", name: "note", params: {} }), saying("Moths.")),
        recorded
      )
      const sent = JSON.parse(String(spansNamed(run, "loom.model.stream")[1]!.attributes["input_messages"]))
      expect(JSON.stringify(sent)).toContain("What is in it?")
      expect(sent.at(-1)).toMatchObject({ role: "tool", content: [{ type: "tool-result", id: "c1" }] })
      JSON.parse(String(spanNamed(run, "loom.tool").attributes["result"]))
    }))

  it.live("stays JSON in a conversation of more than a megabyte", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "talker", instructions: "", captureContent: "attributes" })
      const history = Array.from({ length: 400 }, (_, turn) => ({
        role: turn % 2 === 0 ? "user" as const : "assistant" as const,
        content: [{ type: "text" as const, text: `${turn}: ${"a moth ".repeat(700)}` }]
      }))
      const run = yield* agent.run("And now?", { history }).pipe(scripted(saying("Moths.")), recorded)
      const sent = JSON.parse(String(spanNamed(run, "loom.model.stream").attributes["input_messages"]))
      expect(sent.at(-1).content[0].text).toBe("And now?")
    }))
})
