/**
 * The contract of every sink, as a function of the sink; run once for each of them.
 *
 * `keeps: "lines"` is for sinks that show less than a record: ids, events, links and the span of a measurement are not checked.
 */
import { describe } from "@effect/vitest"
import { annotationsContract } from "./annotationsContract.js"
import { metricsContract } from "./metricsContract.js"
import { nestingContract } from "./nestingContract.js"
import { outcomesContract } from "./outcomesContract.js"
import { provisionContract } from "./provisionContract.js"
import { recordsContract } from "./recordsContract.js"
import { runContextContract } from "./runContextContract.js"
import { scopedSpansContract } from "./scopedSpansContract.js"
import { scoresContract } from "./scoresContract.js"
import { streamsContract } from "./streamsContract.js"
import type { MakeSubject } from "./subject.js"

/** The contract of `Telemetry`, for one sink. */
export const telemetryContract = (
  name: string,
  make: MakeSubject,
  options: { readonly keeps?: "records" | "lines" } = {}
): void => {
  describe(name, () => {
    outcomesContract(make)
    nestingContract(make)
    streamsContract(make)
    scopedSpansContract(make)
    annotationsContract(make)
    metricsContract(make)
    scoresContract(make, options.keeps ?? "records")
    runContextContract(make)
    provisionContract(make)
    if (options.keeps !== "lines") {
      recordsContract(make)
    }
  })
}
