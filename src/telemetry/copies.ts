/**
 * State shared by all copies of this package in one program, so that they work as one. A program has two copies when a dependency brings its own.
 *
 * Copies recognize each other's spans, tracers and sinks by registered symbols, not by `instanceof`. Raise `copyVersion` whenever the interface
 * between them changes. Copies of different versions do not record together: `recordingOf` logs this once, and fan-outs reject the sink.
 */
/** The version of the interface between copies: `Recording`, `Recorder`, `Observer`, `LoomSpan`. */
export const copyVersion = 1

const ofProcess = globalThis as { [key: symbol]: unknown }

/** A value that exists once per process. */
export const shared = <A>(name: string, make: () => A): A =>
  (ofProcess[Symbol.for(`loom-telemetry/${copyVersion}/${name}`)] ??= make()) as A

/** The problem with copies of different versions, and the remedy. */
export const versionsDiffer =
  "This program has two versions of loom-telemetry, which cannot record together. Install only one; `npm ls loom-telemetry` lists them"
