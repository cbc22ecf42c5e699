/**
 * How much do attributes beyond the limit cost? Compared with listing their keys: the engine lists all keys before it returns the first one, and this
 * cannot be avoided if the first attributes are kept and the others counted.
 */
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import type { Case, Question } from "../Case.js"
import { runtimeOf } from "../programs.js"

const given = (keys: number): Record<string, number> => {
  const attributes: Record<string, number> = {}
  for (let index = 0; index < keys; index++) {
    attributes[`key${index}`] = index
  }
  return attributes
}

const million = 1_000_000

const listing = (): Case => {
  const attributes = given(million)
  return {
    batch: () => {
      let keys = 0
      for (const _ in attributes) {
        keys++
      }
      return keys
    },
    ops: 1
  }
}

const span = async (keys: number, dropped: number | undefined): Promise<Case> => {
  const { runtime } = await runtimeOf(InMemoryTelemetry.layer({ capacity: 1 }))
  const run = Runtime.runSync(runtime)
  const program = Telemetry.withSpan(Effect.void, "span", given(keys))
  return {
    batch: () => run(program),
    ops: 1,
    check: () => {
      const [last] = run(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans))
      if (last?.attributes["loom.dropped_attributes"] !== dropped) {
        throw new Error("the attributes beyond the limit are not counted")
      }
    }
  }
}

export const cases: Question["cases"] = {
  listing,
  million: () => span(million, million - 128),
  limit: () => span(128, undefined)
}
