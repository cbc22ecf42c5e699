/**
 * What of the main line this one does without, and why. `paths` are not made at all; `tests` are made and not run.
 */
export const leftOut = [
  {
    paths: [/^src\/(cli|viewer)\//, /^test\/(cli|viewer|browser)\//],
    why: "The command line and its page are one bundle with Effect inside: the main line's is used as it is."
  },
  { paths: [/^src\/records\/requiresEffect3\.ts$/], why: "requiresEffect4.ts takes its place." },
  {
    paths: [/^test\/effect4\.test\.ts$/, /^test\/(types|pack|docs|backends|producers|bench|speed|pairs)\//],
    why: "Checks of the main line's own package."
  },
  {
    paths: [/^(src|test)\/(agent|evals)\//, /^examples\//, /^test\/otel\/(agent|live|logs|propagation)\.test\.ts$/],
    why: "`loom-telemetry/agent` and `/evals` are not ported to `effect/ai` yet."
  }
]
