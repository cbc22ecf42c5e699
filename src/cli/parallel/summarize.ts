/**
 * Adds a large file to a summary with the help of other threads: they read the lines, this one counts their records in the order of the file, so the summary
 * is the same as without them.
 *
 * This thread does everything until the others have started and it is certain that no document spans several lines.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { closeSync, openSync, readSync } from "node:fs"
import { takeFacts } from "../../readers/lineFacts.js"
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import type { SummaryCounter } from "../../readers/summary/SummaryCounter.js"
import type { IoError } from "../Failure.js"
import { cannotRead, clearProgress, progressOf, Recognition } from "../input/input.js"
import type { Output } from "../output/Output.js"
import { Helpers } from "./Helper.js"
import { eachLineIn, type Part } from "./linesIn.js"

/** Bytes per part at most: enough that threads on a busy machine do not stall between two parts. */
const largestPart = 4 * 1024 * 1024

/** Enough parts that all threads finish at about the same time. */
const fewestParts = 32

/** The parts of a file, in order. The last one has no end: the file may have grown. */
const partsOf = function*(size: number): Generator<Part, void> {
  const partSize = Math.min(largestPart, Math.ceil(size / fewestParts))
  for (let from = 0; from < size; from += partSize) {
    const to = from + partSize
    yield { from, to: to < size ? to : Infinity }
  }
}

/** Reads the first parts of a file. */
class FirstParts {
  private readonly splitter = new LineSplitter()
  private first: string | undefined = undefined
  private hasRecord = false

  constructor(private readonly counter: SummaryCounter, private readonly recognition: Recognition) {}

  /** Whether the file has records and no document over several lines, which only the first line can begin. */
  get arePlain(): boolean {
    return this.hasRecord && this.first !== undefined && /^\{[^\n]*\}$/.test(this.first)
  }

  read(fd: number, part: Part): void {
    eachLineIn(fd, part, this.splitter, this.take)
  }

  private readonly take = (line: Line): void => {
    this.first ??= line.text
    const hasRecord = takeFacts(line, this.counter)
    this.hasRecord ||= hasRecord
    this.recognition.line(line, hasRecord)
  }
}

const headOf = (fd: number): Uint8Array => {
  const head = new Uint8Array(4096)
  return head.subarray(0, readSync(fd, head, 0, head.length, 0))
}

/** Adds a file to a summary. It must be a regular, uncompressed file of this size. */
export const summarizeTogether = (
  path: string,
  size: number,
  counter: SummaryCounter
): Effect.Effect<void, IoError, Output> =>
  Effect.scoped(Effect.gen(function*() {
    const attempt = <A>(action: () => A) => Effect.try({ try: action, catch: (error) => cannotRead(path, error) })
    const fd = yield* Effect.acquireRelease(
      attempt(() => openSync(path, "r")),
      (opened) => Effect.sync(() => closeSync(opened))
    )
    const helpers = yield* Helpers.start
    const showProgress = yield* progressOf(path)
    const recognition = new Recognition(path)
    const refused = recognition.bytes(yield* attempt(() => headOf(fd)))
    if (refused !== undefined) {
      return yield* refused
    }
    const first = new FirstParts(counter, recognition)
    const parts = partsOf(size)
    const show = ({ to }: Part) => showProgress(Math.min(to, size))
    while (!(first.arePlain && helpers.areReady)) {
      const { done, value } = parts.next()
      if (done === true) {
        break
      }
      yield* attempt(() => first.read(fd, value))
      yield* show(value)
      // Messages from helpers arrive only when the event loop turns.
      yield* Effect.sleep(0)
    }
    const condense = (part: Part) =>
      Effect.tryPromise({ try: () => helpers.condense(fd, part), catch: (error) => cannotRead(path, error) }).pipe(
        Effect.map((lines) => ({ part, lines }))
      )
    yield* Stream.fromIterable(parts).pipe(
      Stream.mapEffect(condense, { concurrency: helpers.atOnce }),
      Stream.runForEach(({ lines, part }) => {
        counter.addCondensed(lines)
        recognition.skip(lines)
        return show(part)
      })
    )
    yield* recognition.check
  })).pipe(Effect.ensuring(clearProgress))
