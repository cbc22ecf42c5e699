/**
 * The recording of a service, if it was made by a compatible copy of this package.
 */
import { copyVersion, shared, versionsDiffer } from "./copies.js"
import { Reporter } from "./report.js"
import type { Recording, TelemetryService } from "./TelemetryService.js"

const reporter = shared("versions", () => new Reporter())

/** `undefined` if nothing records, or if an incompatible version of this package does, which is logged once. */
export const recordingOf = (service: TelemetryService | undefined): Recording | undefined => {
  const recording = service?.recording
  if (recording === undefined || recording.copyVersion === copyVersion) {
    return recording
  }
  reporter.once("versions", `${versionsDiffer}. Spans and metrics of one of them are not recorded`)
  return undefined
}
