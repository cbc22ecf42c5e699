/**
 * `errors`: lists failures and groups identical ones.
 */
import * as Effect from "effect/Effect"
import { FailureCounter, type FailureGroup } from "../../readers/errors/FailureCounter.js"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { failIfOption, type Quantities, withFailIf } from "../failIf/failIf.js"
import type { IoError } from "../Failure.js"
import { eachFactLogged } from "../input/facts.js"
import { passOnce } from "../input/reread.js"
import { jsonLine } from "../output/document.js"
import { count } from "../output/numbers.js"
import type { Output } from "../output/Output.js"

const text = ({ count: times, firstAt, label, lastAt, lastTraceId, message }: FailureGroup): string =>
  [
    `${count(times)} × ${escapeText(label)}`,
    escapeText(message),
    times === 1 ? lastAt : `${firstAt} to ${lastAt}`,
    `trace ${escapeText(lastTraceId)}\n`
  ].join("\n    ")

const document = ({ count: times, firstAt, label, lastAt, message, spans }: FailureGroup) => ({
  count: times,
  label,
  message,
  first_at: firstAt,
  last_at: lastAt,
  spans: spans.map(({ line, spanId, traceId }) => ({ trace_id: traceId, span_id: spanId, line }))
})

/** All failures of the files, in groups. */
const failuresOf = (files: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<FailureGroup>, IoError, Output> =>
  Effect.suspend(() => {
    const counter = new FailureCounter()
    const pass = passOnce(files)
    return Effect.map(eachFactLogged(pass, (facts, line) => counter.add(facts, line)), () => counter.groups())
  })

const sumOf = (groups: ReadonlyArray<FailureGroup>): number => groups.reduce((sum, group) => sum + group.count, 0)

const quantities: Quantities<ReadonlyArray<FailureGroup>> = {
  errors: {
    of: "either",
    value: (groups, of) => sumOf(of === undefined ? groups : groups.filter((group) => group.label === of))
  },
  kinds: { of: "whole", value: (groups) => groups.length }
}

export const errors = command({
  name: "errors",
  summary: "List failures, grouping identical ones",
  details: "The most frequent come first. A failure that passed through its parent spans is listed once, where it " +
    "started. --json prints one line per group. --fail-if takes errors, errors(loom.tool) and kinds.",
  options: failIfOption,
  examples: ["errors traces.jsonl", "errors --fail-if \"errors > 0\" traces.jsonl"],
  run: ({ files, json, ...given }) =>
    withFailIf(given, quantities, (output) =>
      Effect.gen(function*() {
        const groups = yield* failuresOf(files)
        yield* Effect.forEach(groups, (group) => output.write(json ? jsonLine(document(group)) : text(group)), {
          discard: true
        })
        if (groups.length === 0 && !json) {
          yield* output.write("No failures.\n")
        }
        return groups
      }))
})
