/**
 * Reads the facts of all records in a command's files, and logs problems of the files.
 */
import * as Effect from "effect/Effect"
import { takeFacts } from "../../readers/lineFacts.js"
import type { Facts } from "../../records/wire/facts.js"
import type { IoError } from "../Failure.js"
import { Output } from "../output/Output.js"
import type { Pass } from "./reread.js"
import { logBadLines } from "./summary.js"

/** Passes on the facts of all records, each with its line. Logs the number of bad lines. */
export const eachFactLogged = (
  pass: Pass,
  add: (facts: Facts, line: number) => void
): Effect.Effect<void, IoError, Output> =>
  Effect.gen(function*() {
    const bad = { all: 0, torn: 0 }
    let records = 0
    const handler = {
      add: (facts: Facts, line: number): void => {
        records++
        add(facts, line)
      },
      bad: (torn: boolean): void => {
        bad.all++
        bad.torn += torn ? 1 : 0
      }
    }
    yield* pass({ line: (line) => takeFacts(line, handler), broken: () => handler.bad(false) })
    yield* logBadLines(bad.all, bad.torn)
    if (records === 0) {
      yield* (yield* Output).log("no records found")
    }
  })
