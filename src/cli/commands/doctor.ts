/**
 * `doctor`: what is wrong with a file.
 */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { builder, type Finding, type FindingsReport, type Severity } from "../../readers/Findings.js"
import { escapeText } from "../../records/escape.js"
import { described } from "../command.js"
import type { Quantities } from "../failIf/failIf.js"
import { judged, judgedOptions } from "../failIf/judged.js"
import { Found, type InputError } from "../Failure.js"
import { entriesOf, pathsOf } from "../input/input.js"
import { jsonLine } from "../output/document.js"
import { count, plural } from "../output/numbers.js"
import type { Output } from "../output/Output.js"
import { wrapped } from "../output/table.js"

interface Examined {
  readonly path: string
  readonly report: FindingsReport
}

const examine = (path: string): Effect.Effect<Examined, InputError, Output> =>
  Effect.suspend(() => {
    const { add, result } = builder()
    const all = Stream.runForEach(entriesOf(path), (entry) => Effect.sync(() => add(entry)))
    return Effect.map(all, () => ({ path, report: result() }))
  })

const findingText = (finding: Finding, width: number): string => {
  const { count: many, examples, kind, lines, message, severity } = finding
  const where = lines.length === 0
    ? ""
    : `\n    line${lines.length === 1 ? "" : "s"} ${lines.join(", ")}${many > lines.length ? ", …" : ""}`
  const shown = examples.slice(0, 3).map((example) => `\n    ${escapeText(example)}`).join("")
  const said = wrapped(`${severity}: ${kind} (${count(many)}): ${escapeText(message)}`, width - 4).join("\n    ")
  return `${said}${where}${shown}\n`
}

const text = ({ path, report }: Examined, several: boolean, width: number): string => {
  const heading = several ? `${escapeText(path)}\n` : ""
  const verdict = `${plural(report.records, "record")}${report.ok ? ", all well" : ""}\n`
  return heading + verdict + report.findings.map((finding) => findingText(finding, width)).join("")
}

const counted = (all: ReadonlyArray<Examined>, isMeant: (finding: Finding) => boolean): number =>
  all.flatMap(({ report }) => report.findings).filter(isMeant).reduce((sum, { count: many }) => sum + many, 0)

const ofSeverity = (severity: Severity) => (all: ReadonlyArray<Examined>): number =>
  counted(all, (finding) => finding.severity === severity)

const quantities: Quantities<ReadonlyArray<Examined>> = {
  errors: { of: "whole", value: ofSeverity("error") },
  warnings: { of: "whole", value: ofSeverity("warning") },
  findings: { of: "either", value: (all, kind) => counted(all, (each) => kind === undefined || each.kind === kind) }
}

/** The command. */
export const doctor = Command.make(
  "doctor",
  judgedOptions,
  (given) =>
    judged(given, quantities, (output) =>
      Effect.gen(function*() {
        const paths = pathsOf(given.files)
        const examined = yield* Effect.forEach(paths, examine)
        yield* Effect.forEach(examined, (each) =>
          output.write(
            given.json ? jsonLine({ file: each.path, ...each.report }) : text(each, paths.length > 1, output.width)
          ), { discard: true })
        if (given.failIf.length === 0 && examined.some(({ report }) => !report.ok)) {
          yield* Effect.fail(new Found({ message: "something is wrong; see above" }))
        }
        return examined
      }))
).pipe(Command.withDescription(described(
  "What is wrong with a file",
  "Bad and torn lines, spans that never ended, spans without their parents, the same span twice, records that " +
    "were dropped. Ends with exit code 1 where there is an error or a warning; with --fail-if only where that " +
    "holds. It knows errors, warnings, findings and findings(KIND).",
  [
    "doctor traces.jsonl",
    "doctor --fail-if \"errors > 0 or findings(open-span) > 10\" traces.jsonl",
    "doctor --json traces.jsonl | jq '.findings[].kind'"
  ]
)))
