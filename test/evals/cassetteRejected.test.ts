/**
 * Cassettes of answers that `@effect/ai` or a vendor's layer rejects, and that an agent recovers.
 */
import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Agent, type ScriptedTurn } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { add, arithmetic, ArithmeticLive, calling, saying } from "../agent/arithmetic.js"
import { differences, measurements, playedLikeRecorded, priced, taped } from "./taped.js"

describe("a cassette of a rejected answer", () => {
  const session = { sessionId: "s1", userId: "alice" }
  const asked = arithmetic.run("2 + 3?", session).pipe(
    Effect.map(({ messages, output }) => [output, messages]),
    Effect.provide(ArithmeticLive)
  )
  const malformed = new AiError.MalformedOutput({ module: "Vendor", method: "streamText", cause: "not JSON" })

  it.effect.each<readonly [string, ReadonlyArray<ScriptedTurn>]>([
    ["calls a tool that does not exist", [calling(add("c1", 2, 3), { id: "c2", name: "guess", params: {} })]],
    ["calls one twice", [
      calling({ id: "c1", name: "guess", params: {} }),
      calling({ id: "c2", name: "guess", params: {} })
    ]],
    ["has parameters that do not fit", [calling(add("c1", "two", 3))]],
    ["is malformed", [{ text: "It is", error: malformed }]]
  ])("plays one that %s", ([, turns]) =>
    Effect.gen(function*() {
      const first = yield* playedLikeRecorded([...turns, saying("Five.")], asked)
      expect(first.spans.length).toBeGreaterThan(2)
    }))

  it.effect("plays one whose parameters end in the middle", () =>
    Effect.gen(function*() {
      const answers: ReadonlyArray<Stream.Stream<Response.StreamPartEncoded, AiError.AiError>> = [
        Stream.concat(
          Stream.make<Array<Response.StreamPartEncoded>>(
            { type: "tool-params-start", id: "c1", name: "add", providerExecuted: false },
            { type: "tool-params-delta", id: "c1", delta: "{\"a\":2,\"b" }
          ),
          Stream.fail(malformed)
        ),
        Stream.make<Array<Response.StreamPartEncoded>>(
          { type: "finish", reason: "stop", usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4 } }
        )
      ]
      let call = 0
      const Vendor = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({
          generateText: () => Effect.die("not asked"),
          streamText: () => answers[call++]!
        })
      )
      const first = yield* taped(asked.pipe(Effect.provide([Vendor, priced, Cassette.recording])))
      const second = yield* taped(Effect.provide(asked, Cassette.layer(first.file)))
      expect(first.spans.map(({ attributes }) => attributes["finish_reason"])).toContain("length")
      expect(yield* differences(first, second)).toEqual([])
      expect(measurements(second)).toEqual(measurements(first))
    }))

  it.effect("plays a tool that returns nothing", () => {
    const tools = Toolkit.make(Tool.make("note"))
    const noting = Agent.make({ name: "noting", instructions: "Take notes.", toolkit: tools })
    return Effect.asVoid(playedLikeRecorded(
      [calling({ id: "c1", name: "note", params: {} }), saying("Noted.")],
      Effect.provide(
        Effect.map(noting.run("Note this.", session), ({ messages }) => messages),
        tools.toLayer({ note: () => Effect.void })
      )
    ))
  })
})
