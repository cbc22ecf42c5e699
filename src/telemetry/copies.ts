/**
 * What all copies of this package in one program share, so that they work as one: a program has two when a dependency brings its own.
 *
 * Copies recognize each other's spans, tracers and sinks by registered symbols, not by `instanceof`. Raise `copyVersion` with every change of what they
 * hand to each other. Copies of different versions do not record together: `recordingOf` logs it once, and fan-outs refuse the sink.
 */
/** The version of what copies hand to each other: `Recording`, `Recorder`, `Observer`, `LoomSpan`. */
export const copyVersion = 1

const ofProcess = globalThis as { [key: symbol]: unknown }

/** A value that exists once per process. */
export const shared = <A>(name: string, make: () => A): A =>
  (ofProcess[Symbol.for(`loom-telemetry/${copyVersion}/${name}`)] ??= make()) as A

/** What is wrong if copies have different versions, and the remedy. */
export const versionsDiffer =
  "This program has two versions of loom-telemetry, which cannot record together. Install only one; `npm ls loom-telemetry` lists them"
