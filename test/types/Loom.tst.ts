import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { Loom } from "loom-telemetry"
import { describe, expect, it } from "tstyche"
import { accepts } from "./accepts.js"

declare const effect: Effect.Effect<number, "failed", "needed">
declare const stream: Stream.Stream<string, "failed", "needed">

describe("typed spans", () => {
  it("do not change the type of what they wrap", () => {
    expect(effect.pipe(Loom.run({ agent: "a", architecture: "agent" }))).type.toBe<typeof effect>()
    expect(effect.pipe(Loom.turn({ turn: 0 }))).type.toBe<typeof effect>()
    expect(effect.pipe(Loom.modelStream({ model: "m", streaming: false }))).type.toBe<typeof effect>()
    expect(effect.pipe(Loom.tool({ tool: "add", call_id: "c1" }))).type.toBe<typeof effect>()
    expect(effect.pipe(Loom.workflow({ workflow: "w", pattern: "chain" }))).type.toBe<typeof effect>()
    expect(effect.pipe(Loom.workflowStep({ step: 0, node: "n", pattern: "loop" }))).type.toBe<typeof effect>()
    expect(stream.pipe(Loom.modelStream.stream({ model: "m", streaming: true }))).type.toBe<typeof stream>()
  })

  it("reject a missing attribute", () => {
    expect(Loom.run).type.not.toBeCallableWith({})
    expect(Loom.run).type.not.toBeCallableWith({ agent: "a" })
    expect(Loom.turn).type.not.toBeCallableWith({})
    expect(Loom.modelStream).type.not.toBeCallableWith({})
    expect(Loom.tool).type.not.toBeCallableWith({ call_id: "c1" })
    expect(Loom.workflow).type.not.toBeCallableWith({ workflow: "w" })
    expect(Loom.workflowStep).type.not.toBeCallableWith({ node: "n", pattern: "chain" })
  })

  it("reject an attribute of the wrong type", () => {
    expect(Loom.turn).type.not.toBeCallableWith({ turn: "0" })
    expect(Loom.tool).type.not.toBeCallableWith({ tool: 1 })
    expect(Loom.run).type.not.toBeCallableWith({ agent: "a", architecture: "agent", max_turns: "8" })
    expect(Loom.workflow).type.not.toBeCallableWith({ workflow: "w", pattern: "star" })
  })

  it("reject an attribute that the span does not have", () => {
    expect(Loom.tool).type.not.toBeCallableWith({ tool: "add", callId: "c1" })
    expect(Loom.turn).type.not.toBeCallableWith({ turn: 0, turns: 1 })
    expect(Loom.modelStream).type.not.toBeCallableWith({ model: "m", temperature: 1 })
  })

  it("accept user and session everywhere", () => {
    expect(Loom.tool).type.toBeCallableWith({ tool: "add", user_id: "alice", session_id: "s-1" })
    expect(Loom.turn).type.toBeCallableWith({ turn: 0, session_id: undefined })
  })

  it("type the attributes that are set before they close", () => {
    expect(Loom.run.annotate({ turns: 1, tokens_in: 1, cost_usd: 0.1 })).type.toBe<Effect.Effect<void>>()
    expect(accepts(Loom.run.annotate)).type.not.toBeCallableWith({ turns: "1" })
    expect(accepts(Loom.modelStream.annotate)).type.toBeCallableWith({ tokens_in: 1 })
    expect(accepts(Loom.modelStream.annotate)).type.not.toBeCallableWith({ tokensIn: 1 })
    expect(accepts(Loom.tool.annotate)).type.not.toBeCallableWith({ ok: "yes" })
  })
})

describe("typed metrics", () => {
  it("require nothing and cannot fail", () => {
    expect(Loom.tokensInput(1, { model: "m" })).type.toBe<Effect.Effect<void>>()
    expect(Loom.sessionDurationMs(1, { architecture: "agent", outcome: "success" })).type.toBe<Effect.Effect<void>>()
  })

  it("reject wrong attributes and values", () => {
    expect(accepts(Loom.tokensInput)).type.toBeCallableWith(1, { model: "m", user_id: "alice" })
    expect(accepts(Loom.tokensInput)).type.not.toBeCallableWith("1", { model: "m" })
    expect(accepts(Loom.tokensInput)).type.not.toBeCallableWith(1)
    expect(accepts(Loom.tokensOutput)).type.not.toBeCallableWith(1, {})
    expect(accepts(Loom.costUsd)).type.not.toBeCallableWith(1, { model: "m", currency: "EUR" })
    expect(accepts(Loom.toolDurationMs)).type.not.toBeCallableWith(1, { tool: "add" })
    expect(accepts(Loom.toolDurationMs)).type.not.toBeCallableWith(1, { tool: "add", ok: "true" })
    expect(accepts(Loom.sessionDurationMs)).type.not.toBeCallableWith(1, { architecture: "agent", outcome: "ok" })
    expect(accepts(Loom.budgetExceeded)).type.not.toBeCallableWith(1, { kind: "max_turns" })
    expect(accepts(Loom.budgetExceeded)).type.toBeCallableWith(1, { kind: "max_wall_clock", user_id: "alice" })
    expect(accepts(Loom.autoExtractDurationMs)).type.not.toBeCallableWith(1, { status: "success" })
    expect(accepts(Loom.autoExtractInvocations)).type.toBeCallableWith(1, { status: "interrupted" })
    expect(accepts(Loom.modelTtftMs)).type.not.toBeCallableWith(1, { user_id: "alice" })
  })
})
