/**
 * A score made of any values is recorded as one valid line or dropped, with its reason in the log; the program's result stays the same.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import fc from "fast-check"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import { deepStrictEqual } from "node:assert"
import { scoreData, scoreRecord } from "../../src/records/ScoreData.js"
import { invalidScore, invalidTarget, scoreSources } from "../../src/records/ScoreRecord.js"
import { encodeScore } from "../../src/records/wire/score.js"
import { decodedLine } from "../records/decodedLine.js"
import { build, hostileValue, planted, type Recipe } from "./hostile.js"

/** As a caller in JavaScript may pass it. */
const untyped = <A>(value: unknown): A => value as A

/** One of these values, or any other. */
const oftenOf = (...values: ReadonlyArray<string | number>): fc.Arbitrary<Recipe> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values.map((value): Recipe => ({ make: "plain", value }))) },
    { weight: 1, arbitrary: hostileValue }
  )

const member = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })

const recipes = fc.record({
  name: oftenOf("correctness", "", "\u001b[2J", "x".repeat(2000)),
  judgement: fc.oneof(
    { weight: 1, arbitrary: hostileValue },
    {
      weight: 9,
      arbitrary: fc.record({
        value: member(oftenOf(0.5, -0, Number.MAX_VALUE, "0.5")),
        label: member(oftenOf("pass", "\ud83d")),
        explanation: member(oftenOf("Because.", "a\nb")),
        source: member(oftenOf(...scoreSources)),
        attributes: member(hostileValue)
      })
    }
  ),
  target: member(fc.oneof(
    hostileValue,
    fc.record({ traceId: oftenOf("a".repeat(32)), spanId: member(oftenOf("b".repeat(16))) })
  ))
})

const built = (recipe: Recipe | { readonly [key: string]: Recipe | undefined }): unknown =>
  typeof recipe["make"] === "string"
    ? build(recipe as Recipe)
    : Object.fromEntries(
      Object.entries(recipe as { readonly [key: string]: Recipe | undefined })
        .flatMap(([key, each]) => each === undefined ? [] : [[key, build(each)]])
    )

describe("a score of any values", () => {
  it("is one valid line or is dropped with its reason, and never ends the program", () => {
    let recorded = 0
    fc.assert(
      fc.property(recipes, ({ judgement, name, target }) => {
        const said: Array<string> = []
        const scoring = target === undefined
          ? Telemetry.score(untyped(build(name)), untyped(built(judgement)))
          : Telemetry.scoreOf(untyped(built(target)), untyped(build(name)), untyped(built(judgement)))
        const scores = scoring.pipe(
          Telemetry.withSpan("judged"),
          Effect.zipRight(Effect.flatMap(InMemoryTelemetry, (memory) => memory.scores)),
          Effect.provide(InMemoryTelemetry.layer()),
          Effect.provide(Logger.replace(
            Logger.defaultLogger,
            Logger.make(({ message }) => void said.push(String(message)))
          )),
          Effect.runSync
        )
        expect(scores.length + said.filter((each) => each.includes("was dropped")).length).toBe(1)
        for (const score of scores) {
          recorded++
          expect([invalidScore(score.name, score), invalidTarget(score)]).toEqual([undefined, undefined])
          const line = encodeScore(scoreData(score))
          expect(line).not.toMatch(/[\u0000-\u001f]/)
          expect(line.isWellFormed()).toBe(true)
          expect(line).not.toContain(planted)
          const back = decodedLine(line, 1)
          if (back.kind !== "score") {
            throw new Error(`read as ${back.kind}`)
          }
          deepStrictEqual(scoreRecord(back.score), score)
        }
      }),
      { numRuns: 2000 }
    )
    expect(recorded).toBeGreaterThan(100)
  })
})
