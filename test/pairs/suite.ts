/**
 * Our sinks next to every other tracer, on top of it and below it: one tree, each span once, whatever happens in it.
 */
import { describe, expect, it } from "vitest"
import { neighbours } from "./neighbours.js"
import { type Ours, type Place, runPair } from "./pair.js"
import { mistakesOf } from "./rightness.js"
import type { Scenario } from "./scenarios.js"

declare module "vitest" {
  interface TaskMeta {
    /** A row of the table of pairs. */
    pairs?: { readonly row: string; readonly cells: Readonly<Record<string, boolean>> }
  }
}

const sinks: ReadonlyArray<Ours> = ["memory", "OpenTelemetry"]
const places: ReadonlyArray<Place> = ["above", "below"]

/** Tests every pair with these scenarios. */
export const pairsAreRight = (scenarios: ReadonlyArray<Scenario>): void => {
  const stacks = sinks.flatMap((ours) => places.map((place) => ({ ours, place })))
  for (const { ours, place } of stacks) {
    describe(`${ours} ${place}`, () => {
      for (const neighbour of Object.keys(neighbours)) {
        it(`${neighbour}: one tree, each span once`, async ({ task }) => {
          const cells: Record<string, boolean> = {}
          task.meta.pairs = { row: `${ours} ${place} ${neighbour}`, cells }
          const wrong: Array<string> = []
          for (const scenario of scenarios) {
            const pair = { ours, place, neighbour, scenario }
            const mistakes = mistakesOf(pair, await runPair(pair))
            cells[scenario.name] = mistakes.length === 0
            wrong.push(...mistakes.map((mistake) => `${scenario.name}: ${mistake}`))
          }
          expect(wrong).toEqual([])
        })
      }
    })
  }
}
