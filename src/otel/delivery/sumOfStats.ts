/**
 * Adds up the counts of spans and of log records.
 */
import type { ExportCounter, OTelDropReason, OTelStats } from "./stats.js"

/** The sum of several counters, with the last error of any. */
export const sumOfStats = (counters: ReadonlyArray<ExportCounter>): OTelStats =>
  counters.map((counter) => counter.read()).reduce((sum, each) => ({
    accepted: sum.accepted + each.accepted,
    written: sum.written + each.written,
    unsure: sum.unsure + each.unsure,
    queued: sum.queued + each.queued,
    spooled: sum.spooled + each.spooled,
    recovered: sum.recovered + each.recovered,
    dropped: mapValues(sum.dropped, (count, reason) => count + each.dropped[reason]),
    failedMetricExports: sum.failedMetricExports + each.failedMetricExports,
    lastError: sum.lastError ?? each.lastError
  }))

const mapValues = (
  counts: OTelStats["dropped"],
  change: (count: number, reason: OTelDropReason) => number
): OTelStats["dropped"] =>
  Object.fromEntries(
    Object.entries(counts).map(([reason, count]) => [reason, change(count, reason as OTelDropReason)])
  ) as OTelStats["dropped"]
