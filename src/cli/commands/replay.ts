/**
 * `replay`: sends a trace file to an OpenTelemetry receiver, with the recorded ids.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { command } from "../command.js"
import { IoError } from "../Failure.js"
import { inputPaths } from "../input/input.js"
import { duration, type ValueType, wholeNumber } from "../options.js"
import { jsonLine } from "../output/document.js"
import { count, plural } from "../output/numbers.js"
import { Output, type OutputService } from "../output/Output.js"
import { otlpRequests, service } from "./export.js"
import { deliver } from "./replayDelivery.js"

const address: ValueType<URL> = {
  placeholder: "URL",
  read: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    return url !== undefined && /^https?:$/.test(url.protocol)
      ? Either.right(url)
      : Either.left("an address such as http://localhost:4318")
  }
}

const header: ValueType<readonly [name: string, value: string]> = {
  placeholder: "HEADER",
  secret: true,
  read: (text) => {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*[:=]\s*(.*)$/.exec(text)
    return match === null ? Either.left("NAME: VALUE") : Either.right([match[1]!, match[2]!])
  }
}

class Tally {
  /** When the first request had been delivered. */
  began: number | undefined
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

/** Waits until the rate allows another request, counted from the first delivery. */
const waitForRate = ({ began, items }: Tally, rate: number): Effect.Effect<void> =>
  began === undefined || rate <= 0 ? Effect.void : Effect.flatMap(
    Effect.clock,
    (clock) => Effect.sleep(Math.max(0, began + (items / rate) * 1000 - clock.unsafeCurrentTimeMillis()))
  )

const report = (tally: Tally, json: boolean, output: OutputService): Effect.Effect<void, IoError> =>
  output.write(
    json
      ? jsonLine({
        spans: tally.sent.traces,
        measurements: tally.sent.metrics,
        requests: tally.requests,
        retries: tally.retries,
        rejected: tally.rejected
      })
      : `sent ${tally.text()}${tally.retries > 0 ? `, after ${plural(tally.retries, "failed attempt")}` : ""}\n`
  ).pipe(
    Effect.zipRight(
      tally.rejected === 0 ? Effect.void : Effect.fail(
        new IoError({
          message: `The receiver rejected ${count(tally.rejected)} of them${
            tally.message === "" ? "" : `: ${tally.message}`
          }`
        })
      )
    )
  )

/** The command. */
export const replay = command({
  name: "replay",
  summary: "Send a file to an OpenTelemetry receiver",
  details:
    "To any OTLP/HTTP receiver, with the recorded trace and span ids and the names that backends know. Retries while " +
    "the receiver is down or busy. Sending a file twice gives the same spans.",
  options: {
    endpoint: {
      type: address,
      required: true,
      description: "The receiver's base address, such as http://localhost:4318"
    },
    header: { type: header, repeated: true, description: "NAME: VALUE, sent with every request; may be repeated" },
    rate: { type: wholeNumber, description: "Spans and measurements per second at most; by default no limit" },
    patience: { type: duration, default: "1m", description: "How long to retry one request" },
    service
  },
  examples: [
    "replay --endpoint http://localhost:4318 traces.jsonl",
    "replay --endpoint https://otlp.example.com --header \"authorization: Bearer …\" --rate 1000 traces.jsonl"
  ],
  run: ({ endpoint, files, header: headers, json, patience, rate = 0, service: name }) =>
    Effect.gen(function*() {
      const output = yield* Output
      const receiver = { endpoint, headers: Object.fromEntries(headers), patience: Duration.millis(patience) }
      const tally = new Tally()
      const clock = yield* Effect.clock
      const onRetry = (why: string) => {
        tally.retries++
        return output.progress(`waiting for ${endpoint.host}: ${why}`)
      }
      yield* Stream.runForEach(otlpRequests(inputPaths(files), name), (request) =>
        Effect.gen(function*() {
          yield* waitForRate(tally, rate)
          const taken = yield* deliver(receiver, request, onRetry)
          tally.began ??= clock.unsafeCurrentTimeMillis()
          tally.requests++
          tally.sent[request.signal] += request.items
          tally.rejected += taken.rejected
          tally.message = taken.message || tally.message
          yield* output.progress(`sent ${tally.text()}`)
        })).pipe(Effect.onExit(() => output.progress("")))
      yield* report(tally, json, output)
    })
})
