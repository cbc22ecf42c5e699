/**
 * `cassette check`: shows which traces of a file a cassette can play, and what is missing from the others.
 */
import * as Effect from "effect/Effect"
import { type Playable, playable, type Unplayable } from "../../readers/Playable.js"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { ConditionMet, UsageError } from "../Failure.js"
import { orderedTracesOf } from "../input/ordered.js"
import { jsonLine } from "../output/document.js"
import { plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"

const reasons: { readonly [Reason in Unplayable["reason"]]: string } = {
  "content-off": "not recorded with Cassette.recording",
  cut: "truncated by a limit, or changed later",
  orphaned: "its run is not in the file",
  redacted: "redacted",
  unfinished: "interrupted, or still open",
  unreadable: "contains a part that cannot be encoded"
}

const missingLine = ({ isRequestOnly, path, reason, spanId }: Unplayable): string =>
  `  ${path.map(escapeText).join(" > ")} (span ${spanId}): ${reasons[reason]}${
    isRequestOnly ? " (only the request; plays with strict: false)" : ""
  }`

const textOf = ({ calls, missing, tools, traceId }: Playable): string =>
  [
    `${traceId}: ${plural(calls, "model call")}, ${plural(tools, "tool call")}, ${
      missing.length === 0 ? "can be played" : `${missing.length} cannot be played:`
    }`,
    ...missing.map(missingLine)
  ].map((each) => `${each}\n`).join("")

const documentOf = ({ calls, missing, tools, traceId }: Playable) => ({
  trace_id: traceId,
  model_calls: calls,
  tool_calls: tools,
  missing: missing.map(({ isRequestOnly, path, reason, spanId }) => ({
    span_id: spanId,
    path,
    reason,
    request_only: isRequestOnly
  }))
})

export const cassette = command({
  name: "cassette",
  summary: "Check which traces a cassette can play",
  details:
    "Shows for each trace of a file what Cassette.layer can play and what is missing. Exits with code 1 if anything is missing.",
  arguments: [
    { name: "ACTION", description: "The action: check" },
    { name: "FILE", description: "The file of the recorded run" }
  ],
  options: {},
  examples: ["cassette check run.jsonl", "cassette check --json run.jsonl"],
  run: ({ files: [action, file], json }) =>
    Effect.scoped(Effect.gen(function*() {
      if (action !== "check") {
        yield* Effect.fail(new UsageError({ message: `unknown action ${JSON.stringify(action)}; valid: check` }))
      }
      const output = yield* Output
      let missing = 0
      for (const trace of (yield* orderedTracesOf([file!])).traces) {
        const found = playable(trace)
        missing += found.missing.length
        yield* output.write(json ? jsonLine(documentOf(found)) : textOf(found))
      }
      if (missing > 0) {
        yield* Effect.fail(new ConditionMet({ message: `${plural(missing, "span")} cannot be played` }))
      }
    }))
})
