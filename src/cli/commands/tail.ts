/**
 * `tail`: what a file ends with, and with `-f` what comes.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { decodeEntry, type TraceEntry } from "../../readers/TraceEntry.js"
import { amount, common, described, files, working } from "../command.js"
import { type InputError, UsageError } from "../Failure.js"
import { follow, type FollowEvent } from "../input/follow.js"
import { cannotRead, entriesOf, pathsOf } from "../input/input.js"
import { sayBad } from "../input/summary.js"
import { Output, type OutputService } from "../output/Output.js"
import { TailView } from "./TailView.js"

const following = Options.boolean("follow").pipe(
  Options.withAlias("f"),
  Options.withDescription("Go on while the file grows, also where it is rotated; Ctrl-C ends it")
)
const last = amount("lines").pipe(
  Options.withAlias("n"),
  Options.withDefault(20),
  Options.withDescription("Records to begin with; default 20")
)

/** The last so many of what comes; the rest is let go. */
const lastOf = <A, E, R>(stream: Stream.Stream<A, E, R>, most: number): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.suspend(() => {
    const kept: Array<A> = []
    return Effect.as(
      Stream.runForEach(stream, (item) =>
        Effect.sync(() => {
          kept.push(item)
          if (kept.length > most * 2 + 1000) {
            kept.splice(0, kept.length - most)
          }
        })),
      kept
    ).pipe(Effect.map((all) => most > 0 ? all.slice(-most) : []))
  })

const show = (view: TailView, entries: Iterable<TraceEntry>, output: OutputService): Effect.Effect<void> => {
  const text = view.show(entries)
  return text === "" ? Effect.void : output.write(text)
}

const once = (paths: ReadonlyArray<string>, most: number, view: TailView) =>
  Effect.gen(function*() {
    const output = yield* Output
    const entries = Stream.flatMap(Stream.fromIterable(paths), (path) => entriesOf(path))
    const kept = yield* lastOf(entries, most)
    yield* show(view, kept, output)
    yield* output.write(view.end())
    const bad = kept.filter((entry) => entry.kind === "bad")
    yield* sayBad(bad.length, bad.filter(({ torn }) => torn).length)
  })

const events = (path: string): Stream.Stream<FollowEvent, InputError> =>
  Stream.fromAsyncIterable(
    {
      [Symbol.asyncIterator]: () => {
        const abort = new AbortController()
        const all = follow(path, { signal: abort.signal })
        return {
          next: () => all.next(),
          // Asked to return, a generator first goes on to its next event, which may never come.
          return: () => {
            abort.abort()
            return all.return(undefined)
          }
        }
      }
    },
    (error) => cannotRead(path, error)
  )

/** What stood there before is shown as far as it was asked for, everything after that as it comes. */
const forever = (path: string, most: number, view: TailView) =>
  Effect.gen(function*() {
    const output = yield* Output
    let before: Array<TraceEntry> | undefined = []
    let number = 0
    const entryOf = (text: string): TraceEntry =>
      decodeEntry({ text, line: ++number, offset: 0, torn: false, overlong: 0 })
    yield* Stream.runForEach(events(path), (event) => {
      switch (event.kind) {
        case "lines": {
          const entries = event.lines.map(entryOf)
          if (before === undefined) {
            return show(view, entries, output)
          }
          before.push(...entries)
          before.splice(0, before.length - Math.max(most, 0))
          return Effect.void
        }
        case "rotated":
          return output.say(`${path} was ${event.how}`)
        case "caught-up": {
          const shown = before ?? []
          before = undefined
          return show(view, shown, output)
        }
      }
    })
  })

/** The command. */
export const tail = Command.make(
  "tail",
  { files, ...common, following, last },
  (given) =>
    working(
      given,
      Effect.gen(function*() {
        const output = yield* Output
        const view = new TailView({ ...output, json: given.json, live: given.following && output.isTerminal })
        const paths = pathsOf(given.files)
        if (!given.following) {
          return yield* once(paths, given.last, view)
        }
        if (paths.length !== 1 || paths[0] === "-") {
          return yield* Effect.fail(new UsageError({ message: "tail -f follows one file: name it" }))
        }
        yield* forever(paths[0]!, given.last, view).pipe(
          Effect.ensuring(Effect.suspend(() => output.write(view.end())))
        )
      })
    )
).pipe(Command.withDescription(described(
  "The last records, and with -f those that come",
  "A line each, as they were written: a parent stands below its children. With -f it goes on while the file " +
    "grows, also where it is rotated; on a terminal the spans that are open stand below. Ctrl-C ends it.",
  [
    "tail -n 50 traces.jsonl",
    "tail -f traces.jsonl",
    "tail -f --json traces.jsonl | jq 'select(.outcome==\"failure\")'"
  ]
)))
