/**
 * `replay`: a trace file sent to an OpenTelemetry receiver, with the ids that were recorded.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { amount, common, described, files, working } from "../command.js"
import { InputError, UsageError } from "../Failure.js"
import { milliseconds } from "../input/conditions.js"
import { pathsOf } from "../input/input.js"
import { jsonLine } from "../output/document.js"
import { count } from "../output/numbers.js"
import { Output, type OutputService } from "../output/Output.js"
import { otlpRequests } from "./export.js"
import { deliver, type Receiver } from "./replayDelivery.js"

const endpoint = Options.withPseudoName(Options.text("endpoint"), "URL").pipe(
  Options.withDescription("The receiver's base address, such as http://localhost:4318")
)
const header = Options.repeated(Options.withPseudoName(Options.text("header"), "HEADER")).pipe(
  Options.withDescription("NAME: VALUE, sent with every request; may be given again")
)
const rate = Options.optional(amount("rate")).pipe(
  Options.withDescription("Spans and measurements a second at most; default is as fast as it takes them")
)
const patience = Options.withPseudoName(Options.text("patience"), "DURATION").pipe(
  Options.withDefault("1m"),
  Options.withDescription("How long one request is tried while the receiver is away or busy; default 1m")
)
const service = Options.withPseudoName(Options.text("service"), "NAME").pipe(
  Options.withDefault("unknown_service"),
  Options.withDescription("service.name of what is sent; default unknown_service")
)

const endpointOf = (text: string): Either.Either<URL, UsageError> => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol)
    ? Either.right(url)
    : Either.left(
      new UsageError({ message: `--endpoint ${JSON.stringify(text)}: write an address such as http://localhost:4318` })
    )
}

const headersOf = (given: ReadonlyArray<string>): Either.Either<Receiver["headers"], UsageError> =>
  Either.map(
    Either.all(given.map((text) => {
      const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*[:=]\s*(.*)$/.exec(text)
      // The value may be a secret: it is not repeated.
      return match === null
        ? Either.left(new UsageError({ message: "--header: write NAME: VALUE" }))
        : Either.right([match[1]!, match[2]!] as const)
    })),
    Object.fromEntries<string>
  )

class Tally {
  sent = { traces: 0, metrics: 0 }
  requests = 0
  retries = 0
  rejected = 0
  message = ""

  get items(): number {
    return this.sent.traces + this.sent.metrics
  }

  text(): string {
    const { metrics, traces } = this.sent
    return `${count(traces)} spans and ${count(metrics)} measurements in ${count(this.requests)} requests`
  }
}

const paced = (tally: Tally, rated: Option.Option<number>, started: number): Effect.Effect<void> =>
  Option.isNone(rated) || rated.value <= 0 ? Effect.void : Effect.flatMap(Effect.clock, (clock) => {
    const due = started + (tally.items / rated.value) * 1000
    return Effect.sleep(Math.max(0, due - clock.unsafeCurrentTimeMillis()))
  })

const report = (tally: Tally, json: boolean, output: OutputService): Effect.Effect<void, InputError> =>
  output.write(
    json
      ? jsonLine({
        spans: tally.sent.traces,
        measurements: tally.sent.metrics,
        requests: tally.requests,
        retries: tally.retries,
        rejected: tally.rejected
      })
      : `sent ${tally.text()}${tally.retries > 0 ? `, after ${count(tally.retries)} that it did not take` : ""}\n`
  ).pipe(
    Effect.zipRight(
      tally.rejected === 0 ? Effect.void : Effect.fail(
        new InputError({
          message: `The receiver rejected ${count(tally.rejected)} of them${
            tally.message === "" ? "" : `: ${tally.message}`
          }`
        })
      )
    )
  )

/** The command. */
export const replay = Command.make(
  "replay",
  { files, ...common, endpoint, header, rate, patience, service },
  (given) =>
    working(
      given,
      Effect.gen(function*() {
        const output = yield* Output
        const receiver: Receiver = {
          endpoint: yield* endpointOf(given.endpoint),
          headers: yield* headersOf(given.header),
          patience: Duration.millis(yield* milliseconds("--patience", given.patience))
        }
        const tally = new Tally()
        const started = (yield* Effect.clock).unsafeCurrentTimeMillis()
        const trouble = (why: string) => {
          tally.retries++
          return output.progress(`waiting for ${receiver.endpoint.host}: ${why}`)
        }
        yield* Stream.runForEach(otlpRequests(pathsOf(given.files), given.service), (request) =>
          Effect.gen(function*() {
            yield* paced(tally, given.rate, started)
            const taken = yield* deliver(receiver, request, trouble)
            tally.requests++
            tally.sent[request.signal] += request.items
            tally.rejected += taken.rejected
            tally.message = taken.message || tally.message
            yield* output.progress(`sent ${tally.text()}`)
          })).pipe(Effect.onExit(() => output.progress("")))
        yield* report(tally, given.json, output)
      })
    )
).pipe(Command.withDescription(described(
  "Send a file to an OpenTelemetry receiver",
  "To any OTLP/HTTP receiver, with the trace and span ids that were recorded and the names that backends know. A " +
    "receiver that is away or busy is waited for. Sent twice, a file gives the same spans.",
  [
    "replay --endpoint http://localhost:4318 traces.jsonl",
    "replay --endpoint https://otlp.example.com --header \"authorization: Bearer …\" --rate 1000 traces.jsonl"
  ]
)))
