/**
 * How a service records, if it was made by a copy of this package that this one understands.
 */
import { copyVersion, shared, versionsDiffer } from "./copies.js"
import { Reporter } from "./report.js"
import type { Recording, TelemetryService } from "./TelemetryService.js"

const reporter = shared("versions", () => new Reporter())

/** `undefined` if nothing records, or if another version of this package does; that is logged once. */
export const recordingOf = (service: TelemetryService | undefined): Recording | undefined => {
  const recording = service?.recording
  if (recording === undefined || recording.copyVersion === copyVersion) {
    return recording
  }
  reporter.once("versions", `${versionsDiffer}. Spans and metrics of one of them are not recorded`)
  return undefined
}
