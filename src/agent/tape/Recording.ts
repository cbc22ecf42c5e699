/**
 * Whether what runs is recorded for a cassette: all content, exactly, whatever `captureContent` says.
 */
import * as Context from "effect/Context"

/** The switch, ambient: `false` unless `Cassette.recording` is provided. */
export class Recording extends Context.Reference<Recording>()("loom-telemetry/agent/Recording", {
  defaultValue: (): boolean => false
}) {}
