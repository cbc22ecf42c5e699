/**
 * The cost of recording as a conversation grows.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { InMemoryTelemetry, Redaction } from "loom-telemetry"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { Redactor } from "../../src/records/redact/Redactor.js"
import { calling, saying } from "../agent/arithmetic.js"

const Read = Tool.make("read", { parameters: { page: Schema.Number }, success: Schema.String })
const tools = Toolkit.make(Read)
const Handlers = tools.toLayer({ read: ({ page }) => Effect.succeed(`page ${page}: ${"word ".repeat(200)}`) })

/** Characters that are searched for secrets in a run with this many turns. */
const searched = (turns: number) => {
  let characters = 0
  const redact = (text: string): string => {
    characters += text.length
    return text
  }
  const counting = new Redactor({ rule: { mayHold: () => true, redact } })
  const script = Array.from(
    { length: turns - 1 },
    (_, page) => calling({ id: `c${page}`, name: "read", params: { page } })
  )
  return Agent.make({ name: "reader", instructions: "Read.", toolkit: tools, maxTurns: turns }).run("Go").pipe(
    Effect.map(() => characters),
    Effect.provide([ScriptedModel.layer([...script, saying("Done")]), Handlers]),
    Effect.provide(
      InMemoryTelemetry.layer().pipe(
        Layer.provide(Layer.succeed(Redaction, counting)),
        Layer.provideMerge(Cassette.recording)
      )
    )
  )
}

describe("recording for a cassette", () => {
  it.effect("searches each message for secrets once, however many calls repeat it", () =>
    Effect.gen(function*() {
      const [some, twice] = [yield* searched(20), yield* searched(40)]

      expect(twice / some).toBeLessThan(2.1)
    }))
})
