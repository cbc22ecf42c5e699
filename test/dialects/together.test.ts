/**
 * The dialects beside each other, and beside what was recorded.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Loom, RunContext } from "loom-telemetry"
import type { DialectName } from "loom-telemetry/otel"
import { genai } from "../../src/dialects/genai.js"
import { langfuse } from "../../src/dialects/langfuse.js"
import { openinference } from "../../src/dialects/openinference.js"
import { project, recordedBeside } from "../../src/dialects/project.js"
import { both, exportedNamed } from "../otel/exported.js"
import { everySpan, saidBy, tool } from "./dialectSpans.js"

const all: ReadonlyArray<DialectName> = ["genai", "openinference", "langfuse"]

describe("the dialects together", () => {
  it("say what each says, and contradict each other nowhere", () => {
    for (const span of everySpan) {
      const together = Object.assign({}, ...[genai, openinference, langfuse].map((each) => saidBy(each)(span)))
      expect(project(span, all)).toEqual(together)
      expect(project(span, [...all].reverse())).toEqual(together)
    }
  })

  it("say first whose the span is", () => {
    for (const span of everySpan) {
      expect(Object.keys(project(span, all)).slice(0, 2)).toEqual(["session.id", "user.id"])
    }
  })

  it("say nothing where none is spoken", () => {
    expect(everySpan.map((span) => project(span, []))).toEqual(everySpan.map(() => ({})))
  })

  it("are plain functions: what they are given is not changed", () => {
    const before = structuredClone(tool)
    project(tool, all)
    expect(tool).toEqual(before)
  })

  it("leave the recorded attributes beside them, under another name where one is the beginning of theirs", () => {
    expect(recordedBeside(tool.attributes, project(tool, all))).toMatchObject({ "loom.tool": "add", call_id: "c1" })
    expect(recordedBeside(tool.attributes, {})).toEqual(tool.attributes)
  })

  const spoken: ReadonlyArray<readonly [DialectName, present: string, absent: string]> = [
    ["genai", "gen_ai.tool.name", "openinference.span.kind"],
    ["openinference", "openinference.span.kind", "gen_ai.tool.name"],
    ["langfuse", "session.id", "gen_ai.tool.name"]
  ]
  for (const [dialect, present, absent] of spoken) {
    it.effect(`can each be spoken alone: ${dialect}`, () =>
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
