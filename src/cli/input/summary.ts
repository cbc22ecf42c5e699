/**
 * One summary of all the files of a command, in constant memory, and what has to be said beside it.
 */
import * as Effect from "effect/Effect"
import { gunzipped, GzipError } from "../../readers/gunzip.js"
import { LineSplitter } from "../../readers/LineSplitter.js"
import { make, type Summary, type SummaryBuilder } from "../../readers/TraceSummary.js"
import { InputError } from "../Failure.js"
import { count } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import { cannotRead, endProgress, nameOf, noteBroken, pathsOf, progressOf, source, step } from "./input.js"

/** Reads the files into one summary. Lines without a record are said on standard error. */
export const summaryOf = (files: ReadonlyArray<string>): Effect.Effect<Summary, InputError, Output> =>
  Effect.gen(function*() {
    const builder = make()
    for (const path of pathsOf(files)) {
      yield* addFile(builder, path)
    }
    const summary = builder.result()
    yield* sayBad(summary.bad, summary.torn)
    yield* notForeign(
      files,
      summary.spans + summary.opened + summary.metrics + summary.dropped,
      summary.bad - summary.torn
    )
    return summary
  })

/**
 * Adds a file. By hand and not as a stream of lines: that would cost a quarter of the speed. Between two steps there is time for progress and for
 * interruption.
 */
const addFile = (builder: SummaryBuilder, path: string): Effect.Effect<void, InputError, Output> =>
  Effect.gen(function*() {
    const show = yield* progressOf(path)
    const splitter = new LineSplitter()
    let read = 0
    const counted = async function*(): AsyncGenerator<Uint8Array> {
      for await (const chunk of source(path)) {
        read += chunk.length
        yield chunk
      }
    }
    const chunks = gunzipped(counted())
    const part = async (): Promise<boolean> => {
      for (let left = step; left > 0;) {
        const { done, value } = await chunks.next()
        if (done === true) {
          return false
        }
        left -= value.length
        splitter.push(value, builder.addLine)
      }
      return true
    }
    const broken = (error: unknown): Effect.Effect<false, InputError, Output> =>
      error instanceof GzipError
        ? Effect.map(noteBroken(path), () => {
          splitter.end(builder.addLine)
          builder.addBad(false)
          return false
        })
        : Effect.fail(cannotRead(nameOf(path), error))
    const next = Effect.catchAll(Effect.tryPromise({ try: part, catch: (error) => error }), broken)
    while (yield* next) {
      yield* show(read)
    }
    splitter.end(builder.addLine)
  }).pipe(Effect.ensuring(endProgress))

/** Fails where lines are there and none holds a record: the wrong file would else pass every check. */
export const notForeign = (
  files: ReadonlyArray<string>,
  records: number,
  bad: number
): Effect.Effect<void, InputError> =>
  records > 0 || bad === 0 ? Effect.void : Effect.fail(
    new InputError({ message: `${pathsOf(files).map(nameOf).join(", ")} holds no record at all: it is no trace file` })
  )

/** Says how many lines held no record. */
export const sayBad = (bad: number, torn: number): Effect.Effect<void, never, Output> =>
  bad === 0 ? Effect.void : Effect.flatMap(Output, (output) =>
    output.say(
      `${count(bad)} line${bad === 1 ? " holds" : "s hold"} no record${
        torn === 0
          ? ""
          : bad === 1
          ? "; it is torn"
          : torn === 1
          ? ", one of them torn"
          : `, ${count(torn)} of them torn`
      }; \`doctor\` says where`
    ))
