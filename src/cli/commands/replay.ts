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
import { Output } from "../output/Output.js"
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

/** What was sent, as `--json` prints it. */
interface Tally {
  spans: number
  measurements: number
  requests: number
  retries: number
  rejected: number
}

const textOf = ({ measurements, requests, spans }: Tally): string =>
  `sent ${count(spans)} spans and ${count(measurements)} measurements in ${count(requests)} requests`

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
      const [output, clock] = [yield* Output, yield* Effect.clock]
      const receiver = { endpoint, headers: Object.fromEntries(headers), patience: Duration.millis(patience) }
      const tally: Tally = { spans: 0, measurements: 0, requests: 0, retries: 0, rejected: 0 }
      let firstDelivery: number | undefined
      let reason = ""
      const onRetry = (why: string) => {
        tally.retries++
        return output.progress(`waiting for ${endpoint.host}: ${why}`)
      }
      yield* Stream.runForEach(otlpRequests(inputPaths(files), name), (request) =>
        Effect.gen(function*() {
          if (rate > 0 && firstDelivery !== undefined) {
            const due = firstDelivery + (tally.spans + tally.measurements) / rate * 1000
            yield* Effect.sleep(Math.max(0, due - clock.unsafeCurrentTimeMillis()))
          }
          const { message, rejected } = yield* deliver(receiver, request, onRetry)
          firstDelivery ??= clock.unsafeCurrentTimeMillis()
          tally.requests++
          tally[request.signal === "traces" ? "spans" : "measurements"] += request.items
          tally.rejected += rejected
          reason = message || reason
          yield* output.progress(textOf(tally))
        })).pipe(Effect.onExit(() => output.progress("")))
      const retries = tally.retries === 0 ? "" : `, after ${plural(tally.retries, "failed attempt")}`
      yield* output.write(json ? jsonLine(tally) : `${textOf(tally)}${retries}\n`)
      if (tally.rejected > 0) {
        const message = `The receiver rejected ${count(tally.rejected)} of them${reason === "" ? "" : `: ${reason}`}`
        yield* Effect.fail(new IoError({ message }))
      }
    })
})
