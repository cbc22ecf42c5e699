/**
 * Several dialects combined with each other and with the recorded attributes.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Loom, RunContext, Telemetry } from "loom-telemetry"
import type { DialectName, SemconvVersion } from "loom-telemetry/otel"
import { type DialectSpan, owner } from "../../src/dialects/Dialect.js"
import { genaiDialect } from "../../src/dialects/genai/genai.js"
import { langfuse } from "../../src/dialects/langfuse.js"
import { openinference } from "../../src/dialects/openinference.js"
import { namesOf, project as projectNames, withoutClashes } from "../../src/dialects/project.js"
import { both, exportedNamed } from "../otel/exported.js"
import { addedBy, everySpan, model, tool } from "./dialectSpans.js"

const all: ReadonlyArray<DialectName> = ["genai", "openinference", "langfuse"]

const project = (span: DialectSpan, dialects: ReadonlyArray<DialectName>) => projectNames(span, namesOf({ dialects }))

describe("dialects", () => {
  it("add the attributes of each, without conflicts", () => {
    for (const span of everySpan) {
      const together = addedBy(owner, genaiDialect("1.41.1"), openinference, langfuse)(span)
      expect(project(span, all)).toEqual(together)
      expect(project(span, [...all].reverse())).toEqual(together)
    }
  })

  it("add session and user first", () => {
    for (const span of everySpan) {
      expect(Object.keys(project(span, all)).slice(0, 2)).toEqual(["session.id", "user.id"])
    }
  })

  it("may include several versions of the GenAI conventions, of which the first takes precedence", () => {
    const [old, own] = (["1.41.1", "genai-0.1"] as const).map((version) => addedBy(genaiDialect(version)))
    for (const span of everySpan) {
      const two = (...semconv: ReadonlyArray<SemconvVersion>) =>
        projectNames(span, namesOf({ dialects: ["genai"], semconv }))
      expect(two("1.41.1", "genai-0.1")).toEqual({ ...own!(span), ...old!(span) })
      expect(two("genai-0.1", "1.41.1")).toEqual({ ...old!(span), ...own!(span) })
      expect(two("genai-0.1", "genai-0.1")).toEqual(own!(span))
      expect(two()).toEqual({})
    }
    expect(projectNames(model, namesOf({ dialects: ["genai"], semconv: "genai-0.1" }))).toEqual(own!(model))
  })

  it("add nothing if there are none", () => {
    expect(everySpan.map((span) => project(span, []))).toEqual(everySpan.map(() => ({})))
  })

  it("do not change their input", () => {
    const before = structuredClone(tool)
    project(tool, all)
    expect(tool).toEqual(before)
  })

  it("keep the recorded attributes, and rename those that are a prefix of an added name", () => {
    expect(withoutClashes(tool.attributes, project(tool, all))).toMatchObject({ "loom.tool": "add", call_id: "c1" })
    expect(withoutClashes(tool.attributes, {})).toEqual(tool.attributes)
  })

  for (const dialects of [all, ["genai"], ["openinference"], ["langfuse"], []] as const) {
    it.effect(`export the recorded error as loom.error, because Jaeger interprets error: ${dialects.join(", ") || "none"}`, () =>
      Effect.gen(function*() {
        const failed = Effect.exit(Effect.fail("too hot").pipe(Loom.tool({ tool: "failed" })))
        const stopped = Effect.exit(Effect.interrupt.pipe(Loom.tool({ tool: "stopped" })))
        const own = Telemetry.withSpan(Effect.void, "own", { error: true })
        const { spans } = yield* both(
          Effect.all([failed, Effect.fork(stopped).pipe(Effect.flatMap(Fiber.await)), own]),
          {
            dialects
          }
        )
        expect(spans.map(({ attributes }) => [attributes["error"], attributes["loom.error"]])).toEqual([
          [undefined, "too hot"],
          [undefined, "interrupted"],
          [undefined, true]
        ])
      }))
  }

  it("add the OpenInference token counts only without the GenAI names", () => {
    const tokens = {
      "llm.token_count.prompt": 100,
      "llm.token_count.completion": 20,
      "llm.token_count.prompt_details.cache_read": 60,
      "llm.token_count.prompt_details.cache_write": 30,
      "llm.token_count.completion_details.reasoning": 5
    }
    const counts = (dialects: ReadonlyArray<DialectName>) =>
      Object.fromEntries(Object.entries(project(model, dialects)).filter(([key]) => key.startsWith("llm.token_count.")))
    expect(counts(["openinference"])).toEqual(tokens)
    expect(counts(["openinference", "langfuse"])).toEqual(tokens)
    expect(counts(all)).toEqual({ "llm.token_count.completion_details.reasoning": 5 })
    expect(counts(["langfuse"])).toEqual({})
    const others = everySpan.filter((span) => span !== model)
    expect(others.flatMap((span) => Object.keys(project(span, ["openinference"]))).join()).not.toContain("token_count")
  })

  const spoken: ReadonlyArray<readonly [DialectName, present: string, absent: string]> = [
    ["genai", "gen_ai.tool.name", "openinference.span.kind"],
    ["openinference", "openinference.span.kind", "gen_ai.tool.name"],
    ["langfuse", "session.id", "gen_ai.tool.name"]
  ]
  for (const [dialect, present, absent] of spoken) {
    it.effect(`can be used alone: ${dialect}`, () =>
      Effect.gen(function*() {
        const run = yield* both(
          Loom.tool({ tool: "add" })(Effect.void).pipe(RunContext.with({ sessionId: "s-1" })),
          { dialects: [dialect] }
        )
        expect(exportedNamed(run, "loom.tool").attributes).toHaveProperty([present])
        expect(exportedNamed(run, "loom.tool").attributes).not.toHaveProperty([absent])
      }))
  }
})
