/**
 * The parts of the main line that this line omits, and why. `leftOut` lists files that are not generated; `notRun` tests that are generated but not run;
 * `otherwise` tests that exist in only one line, in files that both lines run.
 */
export const leftOut = [
  {
    paths: [/^src\/(cli|viewer)\//, /^test\/(cli|viewer|browser)\//],
    why: "The command line and its page are one bundle that contains Effect; the main line's bundle is used unchanged."
  },
  { paths: [/^src\/records\/requiresEffect3\.ts$/], why: "requiresEffect4.ts replaces it." },
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
    why: "The JSON schema is generated and tested in the main line; the package copies it."
  },
  {
    paths: [/^test\/faults\/(datasetFullDisk|fileProcesses)\.test\.ts$/],
    why: "They run CLI commands."
  },
  {
    paths: [/^test\/agent\/durableWorkflow\.test\.ts$/],
    why: "`@effect/workflow` is part of Effect 4's cluster, which needs a store."
  },
  {
    paths: [/^test\/evals\/cassetteRejected\.test\.ts$/],
    why: "Errors of `effect/ai` do not contain the rejected answer."
  },
  {
    paths: [/^test\/agent\/(measuredNested|genaiPrices)\.thorough\.test\.ts$/],
    why: "They use generators of the main line's `@effect/vitest`, and counts from the vendors' layers for Effect 3."
  },
  {
    paths: [/^test\/agent\/mcp\/(?!unchanged)/],
    why:
      "Effect 4 builds MCP servers and clients differently. `unchanged.test.ts` tests `instrumentMcpServer` and `instrumentMcpClient` here."
  }
]

export const notRun = [
  {
    tests: ["test/faults/{scaleDeep,scaleMillion}.test.ts"],
    why: "Large programs that take minutes; the main line runs them. The other rows run, some with fewer repetitions."
  },
  {
    tests: ["test/properties/{redactionGrowth,personalGrowth}.test.ts"],
    why: "The duration of redaction does not depend on Effect; both lines have the same code."
  },
  {
    tests: ["test/properties/{filteredTrees,sampledTraces,spanTrees}.test.ts"],
    why: "They wait for fibers left behind by a race, which needs a `Supervisor`; Effect 4 has none."
  },
  {
    tests: ["test/imports.thorough.test.ts"],
    why: "It builds the main line's package. The pack check of this line tests what its entry points load."
  }
]

/** Code blocks of the documentation that are omitted, by what they use. */
export const leftOutBlocks = [
  { uses: /"@effect\/ai-/, why: "The vendors' model layers." },
  { uses: /schema\/records\.json/, why: "The schema is added to the package when it is packed." },
  { uses: /const Layers = \[.*\] as const/, why: "`Effect.provide` of Effect 4 does not accept readonly arrays." }
]

export const otherwise = [
  { titles: [/machine'?s clock is set .*: durations/], why: "Effect 4 measures spans with the machine's clock." },
  { titles: [/^SIGTERM twice/], why: "`runMain` of Effect 4 ignores the second signal." },
  { titles: [/keeps the fiber references/], why: "There are no fiber references." },
  { titles: [/is partly counted: input/], why: "`effect/ai` accepts only integer counts." },
  {
    titles: [/^that is abandoned while the model speaks is interrupted/],
    why: "A short answer has arrived completely before the consumer stops, and the run ends normally."
  },
  { titles: [/lines for (each|the first) if there are several/], why: "`Config.all` reports only the first error." },
  { titles: [/^2[0-4]-/], why: "Omitted examples." },
  { titles: [/^a Right becomes/], why: "`Either` is `Result`." },
  { titles: [/^contain (most|some) of them without redaction/], why: "Effect 4 records no headers." },
  {
    titles: [/^a sink that (receives only Effect'?s spans because it )?was built later/],
    why: "The last sink receives Effect's spans too."
  }
]
