/**
 * Datasets: the cases of an experiment, from values, from JSON lines, or from traces.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { caseOfTrace, printCase, remedyOf, runIn } from "../readers/TraceCase.js"
import * as TraceFile from "../readers/TraceFile.js"
import type { Trace, TraceNode } from "../readers/tree/TraceNode.js"
import { shortDigest } from "../records/sha256.js"

/** One case. */
export interface Case<out Input, out Expected = unknown> {
  /** Unique in its dataset; the `case_id` of its spans. */
  readonly id: string
  /** What the task is given. */
  readonly input: Input
  /** The right answer; `undefined` if there is none. */
  readonly expected: Expected | undefined
  /** Anything else that is known about it. */
  readonly metadata: { readonly [key: string]: unknown }
}

/** Cases, in the order given. */
export interface Dataset<out Input, out Expected = unknown> {
  /** The cases. Their ids are unique. */
  readonly cases: ReadonlyArray<Case<Input, Expected>>
}

/** A case as you write it. */
export interface CaseInput<Input, Expected = unknown> {
  /** Default: a digest of the input. */
  readonly id?: string | undefined
  /** What the task is given. */
  readonly input: Input
  /** The right answer. Default: none. */
  readonly expected?: Expected | undefined
  /** Anything else that is known about it. Default: nothing. */
  readonly metadata?: { readonly [key: string]: unknown } | undefined
}

/** A dataset cannot be created: a line is invalid, an id occurs twice, or a trace does not contain its content. */
export class DatasetError extends Data.TaggedError("DatasetError")<{
  /** What is wrong, where, and what to do about it. */
  readonly message: string
  /** The line in the file, from 1; `undefined` for a dataset that is not read from a file. */
  readonly line: number | undefined
}> {}

/** Twelve hexadecimal digits that identify an input. */
const digestOf = (input: unknown): string => {
  try {
    const json = JSON.stringify(input, (_, value) => typeof value === "bigint" ? `${value}n` : value)
    return shortDigest(json ?? String(input))
  } catch (cause) {
    throw new DatasetError({ message: `A case needs an id, because its input is not JSON: ${cause}`, line: undefined })
  }
}

const caseOf = <Input, Expected>(given: CaseInput<Input, Expected>): Case<Input, Expected> => ({
  id: given.id ?? digestOf(given.input),
  input: given.input,
  expected: given.expected,
  metadata: given.metadata ?? {}
})

const repeated = (cases: ReadonlyArray<Case<unknown>>): number => {
  const seen = new Set<string>()
  return cases.findIndex(({ id }) => seen.size === seen.add(id).size)
}

/** Creates a dataset from values. Throws a `DatasetError` if an id occurs twice; cases with the same input and no explicit id share an id. */
export const make = <Input, Expected = undefined>(
  cases: Iterable<CaseInput<Input, Expected>>
): Dataset<Input, Expected> => {
  const all = Array.from(cases, caseOf)
  const index = repeated(all)
  if (index >= 0) {
    throw new DatasetError({
      message: `Case ${index + 1} has the id ${
        JSON.stringify(all[index]!.id)
      } of an earlier case; give each case its own id`,
      line: undefined
    })
  }
  return { cases: all }
}

/** How the parts of a case are encoded in a file. */
export interface CaseSchema<Input, Expected, EncodedInput = unknown, EncodedExpected = unknown> {
  /** How inputs are decoded. */
  readonly input: Schema.Schema<Input, EncodedInput>
  /** Default: anything. */
  readonly expected?: Schema.Schema<Expected, EncodedExpected>
}

const lineSchema = <Input, Expected, EI, EE>({ expected, input }: CaseSchema<Input, Expected, EI, EE>) =>
  Schema.Struct({
    id: Schema.optional(Schema.String),
    input,
    expected: Schema.optional<Schema.Schema<unknown, unknown>>(
      (expected ?? Schema.Unknown) as Schema.Schema<unknown, unknown>
    ),
    metadata: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
  })

const faultyLine = (line: number, problem: string): DatasetError =>
  new DatasetError({ message: `Line ${line} of the dataset is not a case: ${problem}`, line })

const decodeLines = <Input, Expected = unknown, EI = unknown, EE = unknown>(
  text: string,
  schema: CaseSchema<Input, Expected, EI, EE>
): Effect.Effect<Dataset<Input, Expected>, DatasetError> =>
  Effect.gen(function*() {
    const decode = Schema.decodeUnknownEither(lineSchema(schema))
    const cases: Array<Case<Input, Expected>> = []
    const seen = new Map<string, { readonly line: number; readonly source: string }>()
    // Windows tools start a file with a byte order mark.
    for (const [index, source] of text.replace(/^\ufeff/, "").split("\n").entries()) {
      if (source.trim() !== "") {
        const json = yield* Effect.mapError(
          Effect.try(() => JSON.parse(source) as unknown),
          () => faultyLine(index + 1, "it is not JSON. A dataset has one JSON object per line")
        )
        if (typeof json === "object" && json !== null && !Object.hasOwn(json, "input")) {
          return yield* faultyLine(index + 1, "it has no `input`")
        }
        const decoded = decode(json)
        if (Either.isLeft(decoded)) {
          return yield* faultyLine(index + 1, ParseResult.TreeFormatter.formatErrorSync(decoded.left))
        }
        const next = caseOf<Input, Expected>(decoded.right as CaseInput<Input, Expected>)
        const first = seen.get(next.id)
        if (first === undefined) {
          seen.set(next.id, { line: index + 1, source: source.trim() })
          cases.push(next)
        } else if (first.source !== source.trim()) {
          return yield* faultyLine(index + 1, `line ${first.line} already has the id ${JSON.stringify(next.id)}`)
        }
      }
    }
    return { cases }
  })

/**
 * Parses a dataset of JSON lines: each line is an object with `input`, and optionally `id`, `expected` and `metadata`. Skips empty lines and repeated
 * identical lines, such as two processes leave that add the same trace at once. Fails with a `DatasetError` naming the line if one is invalid.
 *
 * @example
 * const dataset = fs.readFileString("cases.jsonl").pipe(Effect.flatMap((text) => Dataset.parse(text, { input: Schema.String })))
 */
export const parse = decodeLines

/** Prints the dataset as JSON lines, each ending with a newline. */
export const print = ({ cases }: Dataset<unknown>): string => cases.map(printCase).join("")

/** Which traces become cases. */
export interface FromTraces {
  /** Whether the trace with this root becomes a case. Default: every trace with an agent run does. */
  readonly where?: (root: TraceNode) => boolean
  /** Whether to use the recorded answer as `expected`. Default `false`: you fill in `expected` yourself. */
  readonly expectAnswer?: boolean
}

/**
 * Creates a case from each trace, with the input of the first agent run and the id of the trace. Fails if the content of a selected trace was not
 * captured.
 *
 * @example
 * const bad = Dataset.fromTraces(fs.stream("traces.jsonl"), { where: ({ outcome }) => outcome === "failure" })
 */
export const fromTraces = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  { expectAnswer = false, where = () => true }: FromTraces = {}
): Effect.Effect<Dataset<unknown>, E | DatasetError, R> =>
  Effect.flatMap(TraceFile.tree(bytes), ({ traces }) =>
    Effect.map(
      Effect.forEach(
        traces.filter(({ roots }) => {
          const root = roots.find((each) => runIn([each]) !== undefined)
          return root !== undefined && where(root)
        }),
        (trace) => caseFrom(trace, expectAnswer)
      ),
      (cases) => ({ cases })
    ))

const caseFrom = (trace: Trace, expectAnswer: boolean): Effect.Effect<Case<unknown>, DatasetError> => {
  const found = caseOfTrace(trace)
  return typeof found === "string"
    ? new DatasetError({
      message: `Trace ${trace.traceId} ${remedyOf(found)}, or leave it out with \`where\``,
      line: undefined
    })
    : Effect.succeed(caseOf({
      id: found.id,
      input: found.input,
      ...(expectAnswer && found.output !== undefined && { expected: found.output })
    }))
}
