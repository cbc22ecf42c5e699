/**
 * The supervisor's run, as shown by the API of a real Phoenix.
 */
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { describeWith } from "./installed.js"
import { phoenix, type PhoenixProject, type PhoenixSpan, projectOf } from "./phoenix.js"
import { eventually } from "./server.js"
import { identity, model, question, type Recorded, spanCount, superviseAndSend } from "./supervised.js"

interface Shown extends Recorded {
  readonly project: PhoenixProject
  /** The same run without content. */
  readonly quiet: PhoenixProject
}

class Run extends Context.Tag("Run")<Run, Shown>() {}

const RunLive = Layer.scoped(
  Run,
  Effect.gen(function*() {
    const url = yield* phoenix
    const send = (project: string, captureContent: "attributes" | "none") =>
      superviseAndSend({
        captureContent,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: url,
          // Phoenix accepts only traces.
          OTEL_METRICS_EXPORTER: "none",
          OTEL_RESOURCE_ATTRIBUTES: `openinference.project.name=${project}`
        }
      })
    const recorded = yield* send("editorial", "attributes")
    yield* send("quiet", "none")
    const shown = (project: string) => eventually(projectOf(url, project, spanCount))
    return { ...recorded, project: yield* shown("editorial"), quiet: yield* shown("quiet") }
  })
)

const attributesOf = (span: PhoenixSpan): any => JSON.parse(span.attributes)

const named = ({ spans }: PhoenixProject, name: string) => spans.filter((span) => span.name === name)

const total = (spans: ReadonlyArray<PhoenixSpan>, field: "tokenCountPrompt" | "tokenCountCompletion") =>
  spans.reduce((sum, span) => sum + (span[field] ?? 0), 0)

describeWith("phoenix", "Phoenix, after the supervisor's run", () => {
  layer(RunLive, { excludeTestServices: true, timeout: "2 minutes" })((it) => {
    it.effect("accepts all of its spans", () =>
      Effect.gen(function*() {
        const { stats } = yield* Run
        expect(stats).toMatchObject({ accepted: spanCount, written: spanCount, queued: 0, lastError: null })
      }))

    it.effect("knows the kind of each span", () =>
      Effect.gen(function*() {
        const { project } = yield* Run
        const kinds = project.spans.map(({ name, spanKind }) => `${name} ${spanKind}`)
        expect([...new Set(kinds)].toSorted()).toEqual([
          "loom.model.stream llm",
          "loom.run agent",
          "loom.tool tool",
          "loom.turn chain"
        ])
      }))

    it.effect("has the same spans under the same parents as were recorded in memory", () =>
      Effect.gen(function*() {
        const { project, spans } = yield* Run
        const shown = project.spans.map(({ name, parentId, spanId, trace }) =>
          `${name} ${trace.traceId} ${spanId} ${parentId}`
        )
        const recorded = spans.map(({ name, parentSpanId, spanId, traceId }) =>
          `${name} ${traceId} ${spanId} ${parentSpanId}`
        )
        expect(shown.toSorted()).toEqual(recorded.toSorted())
      }))

    it.effect("counts the tokens of model calls only", () =>
      Effect.gen(function*() {
        const { project, spans } = yield* Run
        const shown = named(project, "loom.model.stream").map((span) =>
          [span.spanId, span.tokenCountPrompt, span.tokenCountCompletion, span.tokenCountTotal].join(" ")
        )
        const recorded = spans.filter(({ name }) => name === "loom.model.stream").map(({ attributes, spanId }) => {
          const [tokensIn, tokensOut] = [Number(attributes["tokens_in"]), Number(attributes["tokens_out"])]
          return [spanId, tokensIn, tokensOut, tokensIn + tokensOut].join(" ")
        })
        expect(shown.toSorted()).toEqual(recorded.toSorted())
        const others = project.spans.filter(({ spanKind }) => spanKind !== "llm")
        expect([total(others, "tokenCountPrompt"), total(others, "tokenCountCompletion")]).toEqual([0, 0])
      }))

    it.effect("adds up the tokens once: below the root, in the project and in the session", () =>
      Effect.gen(function*() {
        const { project, result } = yield* Run
        const usage = {
          prompt: result.tokensIn,
          completion: result.tokensOut,
          total: result.tokensIn + result.tokensOut
        }
        const root = project.spans.find(({ parentId }) => parentId === null)!
        expect(root.cumulativeTokenCountTotal).toBe(usage.total)
        expect(project).toMatchObject({
          tokenCountPrompt: usage.prompt,
          tokenCountCompletion: usage.completion,
          tokenCountTotal: usage.total
        })
        expect(project.sessions.map(({ tokenUsage }) => tokenUsage)).toEqual([usage])
      }))

    it.effect("computes the same cost from its own prices", () =>
      Effect.gen(function*() {
        const { project, result } = yield* Run
        expect(project.costSummary.total.cost).toBeCloseTo(result.costUsd!, 10)
        expect(project.sessions[0]!.costSummary.total.cost).toBeCloseTo(result.costUsd!, 10)
      }))

    it.effect("knows the session, and the user of every span", () =>
      Effect.gen(function*() {
        const { project } = yield* Run
        expect(project.sessions.map(({ numTraces, sessionId, userId }) => ({ numTraces, sessionId, userId }))).toEqual([
          { numTraces: 1, ...identity }
        ])
        expect(new Set(project.spans.map(({ userId }) => userId))).toEqual(new Set([identity.userId]))
      }))

    it.effect("shows the question and the answer of the session, of each agent and of each tool", () =>
      Effect.gen(function*() {
        const { project, result } = yield* Run
        expect(project.sessions[0]).toMatchObject({
          firstInput: { value: question, mimeType: "text" },
          lastOutput: { value: result.output, mimeType: "text" }
        })
        const said = (spans: ReadonlyArray<PhoenixSpan>) =>
          spans.map(({ input, output }) => [input?.value, output?.value]).toSorted()
        expect(said(named(project, "loom.run"))).toEqual([
          ["Do what a researcher does", "Moths are nocturnal."],
          ["Do what a writer does", "Once there was a moth."],
          [question, result.output]
        ])
        const search = named(project, "loom.tool").find((span) => attributesOf(span).tool?.name === "search")
        expect(search).toMatchObject({
          input: { value: "{\"query\":\"moths\"}", mimeType: "json" },
          output: { value: "{\"title\":\"All about moths\"}", mimeType: "json" }
        })
      }))

    it.effect("shows the messages of a model call one by one, with tool calls and their results", () =>
      Effect.gen(function*() {
        const { project } = yield* Run
        const calls = named(project, "loom.model.stream").map(attributesOf)
        const last = calls.find(({ llm }) => llm.output_messages[0].message.content?.startsWith("Here you are"))
        expect(last.llm).toMatchObject({ model_name: model, finish_reason: "stop" })
        const messages = last.llm.input_messages.map(({ message }: any) => message)
        expect(messages.map(({ role }: any) => role)).toEqual([
          "system",
          "user",
          "assistant",
          "tool",
          "assistant",
          "tool"
        ])
        expect(messages[1].content).toBe(question)
        expect(messages[2].tool_calls[0].tool_call.function.name).toBe("delegate")
        expect(messages[3]).toMatchObject({ tool_call_id: "call-1", content: "Moths are nocturnal." })
      }))

    it.effect("shows only the failed delegation as an error, with its reason", () =>
      Effect.gen(function*() {
        const { project } = yield* Run
        const failed = project.spans.filter(({ statusCode }) => statusCode !== "UNSET")
        expect(failed.map(({ name, statusCode }) => ({ name, statusCode }))).toEqual([
          { name: "loom.tool", statusCode: "ERROR" }
        ])
        expect(failed[0]!.statusMessage).toContain("There is no worker named \"painter\"")
      }))

    it.effect("receives no content if it is not captured, and counts the same tokens", () =>
      Effect.gen(function*() {
        const { project, quiet } = yield* Run
        expect(quiet.spans).toHaveLength(spanCount)
        expect(quiet.spans.filter(({ input }) => input !== null)).toEqual([])
        // By itself, it shows the model's name as a model call's output.
        expect(new Set(quiet.spans.map(({ output }) => output?.value))).toEqual(
          new Set([undefined, `{"model": "${model}"}`])
        )
        expect(quiet.spans.filter(({ attributes }) => /moth/i.test(attributes))).toEqual([])
        expect(quiet.tokenCountTotal).toBe(project.tokenCountTotal)
      }))
  })
})
