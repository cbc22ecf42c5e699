/**
 * `replay`: sends a trace file to an OpenTelemetry receiver, with the recorded ids.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { send } from "../../readers/OtlpReceiver.js"
import { command } from "../command.js"
import { IoError } from "../Failure.js"
import { inputPaths } from "../input/input.js"
import { duration, type ValueType, wholeNumber } from "../options.js"
import { jsonLine } from "../output/document.js"
import { plural } from "../output/numbers.js"
import { line, Output } from "../output/Output.js"
import { otlpRequests, service } from "./export.js"

const address: ValueType<URL> = {
  placeholder: "URL",
  read: (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    return url !== undefined && /^https?:$/.test(url.protocol)
      ? Either.right(url)
      : Either.left("a URL such as http://localhost:4318")
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

/** Text from the receiver or the system, safe to print. */
const shown = (text: string): string => line(text, 300)

/** The counts that `--json` prints. */
interface Tally {
  spans: number
  measurements: number
  scores: number
  requests: number
  retries: number
  rejected: number
}

const counted = { traces: "spans", metrics: "measurements", logs: "scores" } as const

const textOf = ({ measurements, requests, scores, spans }: Tally): string =>
  `sent ${plural(spans, "span")} and ${plural(measurements, "measurement")}${
    scores > 0 ? `, ${plural(scores, "late score")},` : ""
  } in ${plural(requests, "request")}`

export const replay = command({
  name: "replay",
  summary: "Send a file to an OpenTelemetry receiver",
  details:
    "Works with any OTLP/HTTP receiver. Keeps the recorded trace and span ids, and uses attribute names that backends " +
    "understand. Retries while the receiver is down or busy. Sending a file twice gives the same spans.",
  options: {
    endpoint: {
      type: address,
      required: true,
      description: "The base URL of the receiver, such as http://localhost:4318"
    },
    header: {
      type: header,
      repeated: true,
      description: "NAME: VALUE, a header to send with every request; may be repeated"
    },
    rate: {
      type: wholeNumber,
      description: "Maximum number of spans and measurements per second; by default unlimited"
    },
    patience: { type: duration, default: "1m", description: "How long to keep retrying a request" },
    service
  },
  examples: [
    "replay --endpoint http://localhost:4318 traces.jsonl",
    "replay --endpoint https://otlp.example.com --header \"authorization: Bearer …\" --rate 1000 traces.jsonl"
  ],
  run: ({ endpoint, files, header: headers, json, patience, rate = 0, service: name }) =>
    Effect.gen(function*() {
      const [output, clock] = [yield* Output, yield* Effect.clock]
      const receiver = { endpoint, headers: Object.fromEntries(headers), patience, shown }
      const tally: Tally = { spans: 0, measurements: 0, scores: 0, requests: 0, retries: 0, rejected: 0 }
      let firstDelivery: number | undefined
      let reason = ""
      const onRetry = (why: string) => {
        tally.retries++
        return output.progress(`waiting for ${endpoint.host}: ${why}`)
      }
      yield* Stream.runForEach(otlpRequests(inputPaths(files), name), (request) =>
        Effect.gen(function*() {
          if (rate > 0 && firstDelivery !== undefined) {
            const due = firstDelivery + (tally.spans + tally.measurements + tally.scores) / rate * 1000
            yield* Effect.sleep(Math.max(0, due - clock.unsafeCurrentTimeMillis()))
          }
          const refused = yield* Effect.mapError(
            send(receiver, request, onRetry),
            ({ message }) => new IoError({ message: `${endpoint.href} did not accept the data: ${message}` })
          )
          firstDelivery ??= clock.unsafeCurrentTimeMillis()
          tally.requests++
          tally[counted[request.signal]] += request.items
          tally.rejected += refused?.count ?? 0
          reason = refused?.reason ?? reason
          yield* output.progress(textOf(tally))
        })).pipe(Effect.onExit(() => output.progress("")))
      const retries = tally.retries === 0 ? "" : `, after ${plural(tally.retries, "failed attempt")}`
      yield* output.write(json ? jsonLine(tally) : `${textOf(tally)}${retries}\n`)
      if (tally.rejected > 0) {
        const message = `the receiver rejected ${plural(tally.rejected, "record")}: ${reason}`
        yield* Effect.fail(new IoError({ message }))
      }
    })
})
