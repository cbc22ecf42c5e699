/**
 * `tail`: shows the last records of a file, and with `-f` new ones as they are written.
 */
import * as Effect from "effect/Effect"
import { decodeEntries, type TraceEntry } from "../../readers/TraceEntry.js"
import { command } from "../command.js"
import { type IoError, UsageError } from "../Failure.js"
import { forEachEntry, isRecord } from "../input/entries.js"
import { follow, type FollowEvent } from "../input/follow.js"
import { cannotRead, inputPaths, Recognition } from "../input/input.js"
import { logBadLines } from "../input/summary.js"
import { wholeNumber } from "../options.js"
import { Output, type OutputService } from "../output/Output.js"
import { TailView } from "./TailView.js"

const show = (view: TailView, entries: Iterable<TraceEntry>, output: OutputService): Effect.Effect<void> => {
  const text = view.show(entries)
  return text === "" ? Effect.void : output.write(text)
}

const once = (paths: ReadonlyArray<string>, most: number, view: TailView) =>
  Effect.gen(function*() {
    const output = yield* Output
    const recent: Array<TraceEntry> = []
    yield* forEachEntry(paths, (entry) => {
      recent.push(entry)
      if (recent.length > most * 2 + 1000) {
        recent.splice(0, recent.length - most)
      }
    })
    const shown = most > 0 ? recent.slice(-most) : []
    yield* show(view, shown, output)
    yield* output.write(view.end())
    const bad = shown.filter((entry) => entry.kind === "bad")
    yield* logBadLines(bad.length, bad.filter(({ torn }) => torn).length)
  })

/** Shows the last records of the file, then every new one. */
const forever = (path: string, most: number, view: TailView) =>
  Effect.gen(function*() {
    const output = yield* Output
    let number = 0
    let before: Array<TraceEntry> | undefined = []
    const recognition = new Recognition(path)
    const entriesOf = (text: string): ReadonlyArray<TraceEntry> => {
      const line = { text, line: ++number, offset: 0, torn: false, overlong: 0 }
      const entries = decodeEntries(line)
      recognition.line(line, entries.some(isRecord))
      return entries
    }
    const handle = (event: FollowEvent): Effect.Effect<void, IoError, Output> => {
      if (event.kind === "rotated") {
        return output.log(`${path} was ${event.how}`)
      }
      const entries = event.kind === "lines" ? event.lines.flatMap(entriesOf) : before ?? []
      if (event.kind === "caught-up" && before !== undefined) {
        before = undefined
        return Effect.zipRight(recognition.check, show(view, entries, output))
      } else if (before !== undefined) {
        before.push(...entries)
        before.splice(0, before.length - most)
        return Effect.void
      }
      return event.kind === "caught-up" ? recognition.logSkipped : show(view, entries, output)
    }
    const abort = new AbortController()
    const events = follow(path, { signal: abort.signal })
    const next = Effect.tryPromise({ try: () => events.next(), catch: (error) => cannotRead(path, error) })
    const step = Effect.flatMap(next, ({ done, value }) => done === true ? Effect.interrupt : handle(value))
    yield* Effect.ensuring(Effect.forever(step), Effect.sync(() => abort.abort()))
  })

export const tail = command({
  name: "tail",
  summary: "Show the last records, and with -f new ones as they are written",
  details:
    "Prints one line per record, in file order: a parent comes after its children. -f follows the file as it grows, " +
    "even through rotation, and on a terminal shows the open spans below. Press Ctrl-C to stop.",
  options: {
    follow: { short: "f", description: "Follow the file as it grows, even through rotation; press Ctrl-C to stop" },
    lines: { short: "n", type: wholeNumber, default: "20", description: "Start with the last N records" }
  },
  examples: [
    "tail -n 50 traces.jsonl",
    "tail -f traces.jsonl",
    "tail -f --json traces.jsonl | jq 'select(.outcome==\"failure\")'"
  ],
  run: ({ files, follow: isFollowing, json, lines }) =>
    Effect.gen(function*() {
      const output = yield* Output
      const view = new TailView({ ...output, json, live: isFollowing && output.isTerminal })
      const paths = inputPaths(files)
      if (!isFollowing) {
        return yield* once(paths, lines, view)
      }
      if (paths.length !== 1 || paths[0] === "-") {
        return yield* Effect.fail(new UsageError({ message: "tail -f follows exactly one file, not standard input" }))
      }
      yield* forever(paths[0]!, lines, view).pipe(Effect.ensuring(Effect.suspend(() => output.write(view.end()))))
    })
})
