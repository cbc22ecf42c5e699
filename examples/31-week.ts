/**
 * From bad feedback to a fix: traces of answers that users disliked become a dataset, version 2 is tried on it, and CI lets only version 2 pass.
 *
 * npx tsx examples/31-week.ts
 */
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect } from "effect"
import { Cassette, Experiment } from "loom-telemetry/evals"
import { loom } from "./week/command.js"
import { large, largeAfterLookup, Prices, questions, small, support, ToolsLive } from "./week/support.js"
import { asked, tried } from "./week/versions.js"

const day = (text: string) => Effect.sync(() => console.log(`\n── ${text}`))

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = process.argv[2] ?? (yield* fs.makeTempDirectoryScoped({ prefix: "loom-week-" }))
  const [week, cases, v1, v2] = [
    `${folder}/week.jsonl`,
    `${folder}/cases.jsonl`,
    `${folder}/v1.jsonl`,
    `${folder}/v2.jsonl`
  ]

  yield* day("Monday: version 1 answers, and is recorded")
  const traces = yield* asked(questions, small(8), week)
  console.log(`${traces.length} questions`)

  yield* day("Tuesday: feedback arrives, each from its own process")
  const thumbsDown = ["--name", "feedback.thumbs", "--value", "0", "--label", "down"]
  yield* Effect.forEach(traces.slice(2), (trace) => loom("score", "--trace", trace, ...thumbsDown, week), {
    concurrency: 3
  })

  yield* day("Wednesday: the bad traces become a dataset")
  yield* loom("dataset", "add", "--score", "feedback.thumbs=0", cases, week)

  yield* day("Thursday: version 2 continues from the second turn of a bad trace")
  const fork = Cassette.fork(week, { trace: traces[2]!, atTurn: 1, model: largeAfterLookup })
  console.log((yield* Effect.provide(support.run(questions[2]!), fork)).output)

  yield* day("Friday: both versions are tried on the dataset, and CI decides")
  const dataset = yield* fs.readFileString(cases)
  const before = yield* tried("version 1", dataset, small(6), v1)
  const after = yield* tried("version 2", dataset, large(6), v2)
  console.log(`links is ${Experiment.compare(before, after).scores["links"]?.verdict}`)
  yield* loom("diff", "--by", "version", v1, v2)
  for (const file of [v1, v2]) {
    console.log(`exit code ${yield* loom("stats", "--by", "score", "--fail-if", "mean(score links) < 0.8", file)}`)
  }
  yield* loom("view", "-o", `${folder}/week.html`, week, v1, v2)
})

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide([ToolsLive, Prices, NodeContext.layer])))
