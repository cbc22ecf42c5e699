/**
 * The tools of `mcp`: each runs a command on the files that were named at the start, and returns its truncated output. No tool writes.
 */
import * as Effect from "effect/Effect"
import { nodes, type TraceNode } from "../../readers/TraceTree.js"
import { isoFromNanos } from "../../records/instants.js"
import { escapeText } from "../../records/terminal/escape.js"
import { type Command, command } from "../command.js"
import { cost } from "../commands/cost.js"
import { doctor } from "../commands/doctor.js"
import { errors } from "../commands/errors.js"
import { find } from "../commands/find.js"
import { stats } from "../commands/stats.js"
import { tree } from "../commands/tree.js"
import { orderedTracesOf } from "../input/ordered.js"
import { text } from "../options.js"
import { duration, plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import type { ListedTool } from "./protocol.js"

/** A tool, and the command it runs: its arguments are options of the same name. */
export interface CommandTool extends ListedTool {
  readonly command: Command
}

const traces = command({
  name: "list_traces",
  summary: "List the traces",
  details: "",
  options: {},
  examples: [],
  run: ({ files }) =>
    Effect.scoped(Effect.gen(function*() {
      const output = yield* Output
      const { traces } = yield* orderedTracesOf(files, undefined, true)
      for (const { end, failed, roots, spans, start, traceId } of traces) {
        const name = escapeText(roots[0]?.name ?? "")
        const took = duration(Number(end - start) / 1e6)
        yield* output.write(
          `${escapeText(traceId)} ${isoFromNanos(start)} ${name} ${took}, ${plural(spans, "span")}, ${failed} failed\n`
        )
      }
    }))
})

/** The attributes with content, in reading order. */
const content = [
  "input",
  "system_instructions",
  "input_messages",
  "output_messages",
  "arguments",
  "result",
  "output"
] as const

const contentLines = ({ meaning: { attributes }, name, spanId }: TraceNode): ReadonlyArray<string> =>
  content.flatMap((key) => {
    const value = attributes[key]
    return value === undefined ?
      [] :
      `${escapeText(spanId)} ${escapeText(name)} ${key}: ${
        escapeText(typeof value === "string" ? value : JSON.stringify(value))
      }\n`
  })

const conversation = command({
  name: "conversation",
  summary: "Show the content of a trace",
  details: "",
  options: { trace: { type: text("ID"), description: "The trace" } },
  examples: [],
  run: ({ files, trace }) =>
    Effect.scoped(Effect.gen(function*() {
      const output = yield* Output
      let isEmpty = true
      for (const { roots } of (yield* orderedTracesOf(files, trace)).traces) {
        const texts = Array.from(nodes(roots), ({ node }) => contentLines(node)).flat()
        isEmpty &&= texts.length === 0
        yield* output.write(texts.join(""))
      }
      yield* isEmpty ? output.write("No content was recorded.\n") : Effect.void
    }))
})

const trace = { trace: { description: "A trace id, or its first characters", required: true } } as const

/** In the order in which clients list them. */
export const tools: ReadonlyArray<CommandTool> = [
  {
    name: "list_traces",
    description: "Lists the traces, newest first: id, start, root span, duration, number of spans and failures",
    arguments: {},
    command: traces
  },
  {
    name: "show_trace",
    description: "Shows one trace as a tree of spans with durations, tokens and cost",
    arguments: { ...trace, depth: { description: "Show at most this many levels" } },
    command: tree
  },
  {
    name: "conversation",
    description: "Shows the content of one trace: prompts, answers, tool arguments and results, if they were recorded",
    arguments: trace,
    command: conversation
  },
  { name: "stats", description: "Counts spans by name: failures, durations, tokens", arguments: {}, command: stats },
  {
    name: "cost",
    description: "Adds up tokens and cost",
    arguments: { by: { description: "model, agent, user, session or tool" } },
    command: cost
  },
  { name: "errors", description: "Lists failures, grouping identical ones", arguments: {}, command: errors },
  {
    name: "find",
    description: "Finds the spans that match all conditions",
    arguments: {
      name: { description: "A span name, where * matches any text" },
      attr: { description: "An attribute: key, key=value, key!=value, key>1 or key~regex" },
      outcome: { description: "success, failure or interrupted" },
      "longer-than": { description: "A duration such as 250ms or 1.5s" },
      trace: { description: "Only traces whose id starts with this" }
    },
    command: find
  },
  {
    name: "doctor",
    description: "Finds problems: lost records, open spans, repeated tool calls, wasted cost",
    arguments: {},
    command: doctor
  }
]
