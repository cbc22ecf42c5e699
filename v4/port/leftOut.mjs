/**
 * What of the main line this one does without, and why. `leftOut` is not made at all; `notRun` are tests that are made and not run; `otherwise` are
 * tests of one line only in files that both run.
 */
export const leftOut = [
  {
    paths: [/^src\/(cli|viewer)\//, /^test\/(cli|viewer|browser)\//],
    why: "The command line and its page are one bundle with Effect inside: the main line's is used as it is."
  },
  { paths: [/^src\/records\/requiresEffect3\.ts$/], why: "requiresEffect4.ts takes its place." },
  {
    paths: [
      /^test\/effect4\.test\.ts$/,
      /^test\/(progressReporter|run)\./,
      /^test\/(types|pack|docs|backends|producers|bench|speed|pairs)\//
    ],
    why: "Checks of the main line's own package."
  },
  {
    paths: [/^test\/agent\/vendors\//, /^examples\/2[0-4]-/],
    why:
      "The vendors' model layers for Effect 4 are betas that import `effect/unstable`, which Effect 4.1 does not have. Examples 21 to 24 use nothing of Effect."
  },
  {
    paths: [/^test\/records\/schema\.test\.ts$/],
    why: "The JSON schema is generated and tested in the main line; the package takes it as it is."
  },
  {
    paths: [/^test\/faults\/(datasetFullDisk|fileProcesses)\.test\.ts$/],
    why: "They run commands of the command line."
  },
  {
    paths: [/^test\/agent\/durableWorkflow\.test\.ts$/],
    why: "`@effect/workflow` is a part of Effect 4's cluster, which needs a store."
  },
  {
    paths: [/^test\/evals\/cassetteRejected\.test\.ts$/],
    why: "An error of `effect/ai` does not hold the answer that it rejects."
  },
  {
    paths: [/^test\/agent\/(measuredNested|genaiPrices)\.thorough\.test\.ts$/],
    why: "Generators for the main line's `@effect/vitest`, and counts as the vendors' layers for Effect 3 give them."
  },
  {
    paths: [/^test\/agent\/mcp\/(?!unchanged)/],
    why:
      "Effect 4 builds MCP servers and clients another way. `instrumentMcpServer` and `instrumentMcpClient` are tried there for what passes unchanged."
  }
]

export const notRun = [
  {
    tests: ["test/faults/{scaleDeep,scaleMillion}.test.ts"],
    why: "Minutes of large programs, which the main line runs. The other rows run, some with fewer repetitions."
  },
  {
    tests: ["test/properties/{redactionGrowth,personalGrowth}.test.ts"],
    why: "How long redaction takes does not depend on Effect: both lines have the same code."
  },
  {
    tests: ["test/properties/{filteredTrees,sampledTraces,spanTrees}.test.ts"],
    why: "They wait for fibers that a race left behind, which takes a `Supervisor`; Effect 4 has none."
  },
  {
    tests: ["test/imports.thorough.test.ts"],
    why: "Builds the main line's package. What the entry points of this one load is tried as it is packed."
  }
]

/** Blocks of the documentation, by what they use. */
export const leftOutBlocks = [
  { uses: /"@effect\/ai-/, why: "The vendors' model layers." },
  { uses: /schema\/records\.json/, why: "The schema is put into the package as it is packed." },
  { uses: /const Layers = \[.*\] as const/, why: "`Effect.provide` of Effect 4 takes no readonly array." }
]

export const otherwise = [
  { titles: [/machine'?s clock is set .*: durations/], why: "Effect 4 measures spans with the machine's clock." },
  { titles: [/^SIGTERM twice/], why: "`runMain` of Effect 4 does not obey the second signal." },
  { titles: [/keeps the fiber references/], why: "There are no fiber references." },
  { titles: [/is partly counted: input/], why: "`effect/ai` takes only whole counts." },
  {
    titles: [/^while the model speaks is interrupted/],
    why: "A few words are all there before the consumer stops, and the run ends as usual."
  },
  { titles: [/lines (for each|of the first) of several/], why: "`Config.all` names the first error." },
  { titles: [/^2[0-4]-/], why: "Examples that are left out." },
  { titles: [/^a Right becomes/], why: "`Either` is `Result`." },
  { titles: [/^contain (most|some) of them without redaction/], why: "Effect 4 records no headers." },
  {
    titles: [/^a sink that (receives only Effect'?s spans because it )?was built later/],
    why: "The sink that comes last has Effect's spans too."
  }
]
