/**
 * Whether runs are recorded for a cassette: all content, exactly, whatever `captureContent` says.
 */
import * as Context from "effect/Context"

/** The ambient switch: `false` unless `Cassette.recording` is provided. */
export class Recording extends Context.Reference<Recording>()("loom-telemetry/agent/Recording", {
  defaultValue: (): boolean => false
}) {}
