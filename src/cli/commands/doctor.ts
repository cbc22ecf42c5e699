/**
 * `doctor`: finds problems in a file.
 */
import * as Effect from "effect/Effect"
import type { Finding, FindingsReport, Severity } from "../../readers/Findings.js"
import { Search } from "../../readers/findings/Search.js"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { failIfOption, type Quantities, withFailIf } from "../failIf/failIf.js"
import { ConditionMet, type IoError } from "../Failure.js"
import { IndexedTraces } from "../input/indexed.js"
import { inputPaths } from "../input/input.js"
import { inSteps } from "../input/steps.js"
import { jsonLine } from "../output/document.js"
import { count, plural } from "../output/numbers.js"
import type { Output } from "../output/Output.js"
import { wrapped } from "../output/table.js"

interface Examined {
  readonly path: string
  readonly report: FindingsReport
}

const examine = (path: string): Effect.Effect<Examined, IoError, Output> =>
  Effect.scoped(Effect.gen(function*() {
    const others = new Search()
    const indexed = yield* IndexedTraces.of([path], { other: (entry) => others.add(entry) })
    const found = others.found()
    yield* inSteps(indexed.numbers(), (trace) => {
      const search = new Search()
      indexed.eachRecord(trace, (entry) => search.add(entry))
      found.add(search.found())
    })
    return { path, report: found.report(indexed.counts.records) }
  }))

const findingText = (finding: Finding, width: number): string => {
  const { count: many, examples, kind, lines, message, severity } = finding
  const where = lines.length === 0
    ? ""
    : `\n    line${lines.length === 1 ? "" : "s"} ${lines.join(", ")}${many > lines.length ? ", …" : ""}`
  const shown = examples.slice(0, 3).map((example) => `\n    ${escapeText(example)}`).join("")
  const summary = wrapped(`${severity}: ${kind} (${count(many)}): ${escapeText(message)}`, width - 4).join("\n    ")
  return `${summary}${where}${shown}\n`
}

const text = ({ path, report }: Examined, several: boolean, width: number): string => {
  const heading = several ? `${escapeText(path)}\n` : ""
  const verdict = `${plural(report.records, "record")}${report.ok ? ", no problems" : ""}\n`
  return heading + verdict + report.findings.map((finding) => findingText(finding, width)).join("")
}

const counted = (all: ReadonlyArray<Examined>, isCounted: (finding: Finding) => boolean): number =>
  all.flatMap(({ report }) => report.findings).filter(isCounted).reduce((sum, { count: many }) => sum + many, 0)

const ofSeverity = (severity: Severity) => (all: ReadonlyArray<Examined>): number =>
  counted(all, (finding) => finding.severity === severity)

const quantities: Quantities<ReadonlyArray<Examined>> = {
  errors: { of: "whole", value: ofSeverity("error") },
  warnings: { of: "whole", value: ofSeverity("warning") },
  findings: { of: "either", value: (all, kind) => counted(all, (each) => kind === undefined || each.kind === kind) }
}

export const doctor = command({
  name: "doctor",
  summary: "Find problems in a file",
  details:
    "Reports bad and torn lines, spans that never ended, missing parents, duplicate spans and dropped records, and runs that " +
    "repeat a tool call, spend most of their cost after their last useful step, or lose their prompt cache. " +
    "Exits with code 1 if there is an error or a warning; with --fail-if, only if the condition holds. " +
    "--fail-if takes errors, warnings, findings and findings(KIND).",
  options: failIfOption,
  examples: [
    "doctor traces.jsonl",
    "doctor --fail-if \"errors > 0 or findings(open-span) > 10\" traces.jsonl",
    "doctor --json traces.jsonl | jq '.findings[].kind'"
  ],
  run: (given) =>
    withFailIf(given, quantities, (output) =>
      Effect.gen(function*() {
        const examined = yield* Effect.forEach(inputPaths(given.files), examine)
        yield* Effect.forEach(examined, (each) =>
          output.write(
            given.json ? jsonLine({ file: each.path, ...each.report }) : text(each, examined.length > 1, output.width)
          ), { discard: true })
        if (given["fail-if"].length === 0 && examined.some(({ report }) => !report.ok)) {
          yield* Effect.fail(new ConditionMet({ message: "problems found; see above" }))
        }
        return examined
      }))
})
