/**
 * Commands whose answer `--fail-if` judges: what is asked for is read before anything else is done.
 */
import * as Effect from "effect/Effect"
import { type Common, common, files, working } from "../command.js"
import type { Failure } from "../Failure.js"
import { Output } from "../output/Output.js"
import { failIf, failIfOption, type Quantities } from "./failIf.js"

/** What such a command is given. */
export const judgedOptions = { files, ...common, failIf: failIfOption }

/** What `judgedOptions` give. */
export interface Judged extends Common {
  readonly files: ReadonlyArray<string>
  readonly failIf: ReadonlyArray<string>
}

/** Finds an answer, prints it, and ends as `--fail-if` says of it. */
export const judged = <A>(
  given: Judged,
  quantities: Quantities<A>,
  answer: (output: Output["Type"]) => Effect.Effect<A, Failure, Output>
): Effect.Effect<void, Failure> =>
  working(
    given,
    Effect.gen(function*() {
      const check = yield* failIf(given.failIf, quantities)
      yield* check(yield* answer(yield* Output))
    })
  )
