/**
 * What is correct for a pair: who sees which spans, and that each is seen once, with the same ids, below the parent that Effect gives it.
 */
import { neighbours, type Seen } from "./neighbours.js"
import { type Outcome, outcomeOf, type Pair } from "./pair.js"
import { remoteParent } from "./scenarios.js"

type Name = "parent" | "library" | "child"

const all: ReadonlyArray<Name> = ["parent", "library", "child"]
/** The spans that `Telemetry` opens. */
const own: ReadonlyArray<Name> = ["parent", "child"]
const none: ReadonlyArray<Name> = []

/** Who sees which spans. */
interface Visible {
  readonly ours: ReadonlyArray<Name>
  readonly exported: ReadonlyArray<Name>
  readonly theirs: ReadonlyArray<Name>
}

/** The spans without sampling. The tracer on top makes the spans of Effect, and our sink sees those of `Telemetry` in any case. */
const visibleTo = ({ neighbour, ours, place }: Pair): Visible => {
  const { way } = neighbours[neighbour]!
  const isNative = neighbour === "native tracer"
  const exports = (names: ReadonlyArray<Name>) => ours === "OpenTelemetry" ? names : none
  if (way === "around") {
    return { ours: all, exported: exports(all), theirs: none }
  }
  if (place === "above") {
    // OpenTelemetry's SDK makes spans itself, so a tracer below it that also does gets none.
    const isReplaced = way === "ours" || (way === "makes" && ours === "OpenTelemetry")
    return { ours: all, exported: exports(all), theirs: isNative || isReplaced ? none : all }
  }
  return way === "ours"
    ? { ours: none, exported: none, theirs: all }
    : way === "passes on"
    ? { ours: all, exported: exports(all), theirs: all }
    : { ours: own, exported: isNative ? exports(own) : none, theirs: isNative ? none : all }
}

/** The spans with sampling. */
const sampledTo = (pair: Pair): Visible => {
  const visible = visibleTo(pair)
  const isLeftOut = pair.scenario.remote === "00" || pair.scenario.isSuppressed === true
  return isLeftOut
    ? { ...visible, exported: none, theirs: pair.neighbour === "NodeSdk" ? none : visible.theirs }
    : visible
}

const namesOf = (spans: ReadonlyArray<Seen>): string => spans.map(({ name }) => name).toSorted().join(" ")

/** Collects mistakes. */
class Findings {
  readonly mistakes: Array<string> = []

  expect(what: string, actual: unknown, expected: unknown): void {
    const [is, right] = [JSON.stringify(actual), JSON.stringify(expected)]
    if (is !== right) {
      this.mistakes.push(`${what}: ${is}, not ${right}`)
    }
  }
}

const isValid = ({ spanId, traceId }: Seen): boolean =>
  /^(?!0{32})[0-9a-f]{32}$/.test(traceId) && /^(?!0{16})[0-9a-f]{16}$/.test(spanId)

/** The parent of each span, by name. */
const parentsOf = (
  { neighbour, ours, place, scenario }: Pair,
  outcome: Outcome
): Readonly<Record<Name, string | undefined>> => {
  const isRequest = ours === "OpenTelemetry" && neighbours[neighbour]!.way === "around" && place === "above"
  const outside = scenario.remote !== undefined
    ? remoteParent.spanId
    : isRequest
    ? outcome.others.find(({ name }) => name === "request")?.spanId
    : undefined
  const parent = [...outcome.records, ...outcome.theirs].find(({ name }) => name === "parent")?.spanId
  const around = scenario.isWoken === true ? undefined : parent
  // Spans that no one records are skipped: native ones, and those of a suppressed SDK.
  const isSkipped = place === "below" &&
    (neighbour === "native tracer" || (neighbour === "NodeSdk" && scenario.isSuppressed === true))
  const library = [...outcome.records, ...outcome.theirs].find(({ name }) => name === "library")?.spanId
  // It does the same alone: if Effect has no parent, it takes the active span, which is the waker's in a fiber that was woken.
  const isAdopted = neighbour === "NodeSdk" && place === "below" && ours === "OpenTelemetry"
  return {
    parent: outside,
    library: isAdopted ? parent : around,
    child: isSkipped ? around : library ?? outcome.inside.around
  }
}

const checkSpans = (pair: Pair, outcome: Outcome, findings: Findings): void => {
  const visible = sampledTo(pair)
  findings.expect("our spans", namesOf(outcome.records), visible.ours.toSorted().join(" "))
  findings.expect("exported spans", namesOf(outcome.exported), visible.exported.toSorted().join(" "))
  findings.expect("their spans", namesOf(outcome.theirs), visible.theirs.toSorted().join(" "))
  const parents = parentsOf(pair, outcome)
  const traces = new Map<string, string>()
  for (
    const [who, spans] of [["ours", outcome.records], ["exported", outcome.exported], [
      "theirs",
      outcome.theirs
    ]] as const
  ) {
    for (const span of spans) {
      const name = span.name as Name
      findings.expect(`${who}: ids of ${name} are valid`, isValid(span), true)
      findings.expect(`${who}: parent of ${name}`, span.parentSpanId, parents[name] ?? null)
      const ids = `${span.traceId} ${span.spanId}`
      findings.expect(`${who}: ids of ${name}`, ids, traces.get(name) ?? ids)
      traces.set(name, ids)
    }
  }
  const [mostTraces, isRemote] = [pair.scenario.isWoken === true ? 2 : 1, pair.scenario.remote !== undefined]
  const ids = new Set([...traces.values()].map((each) => each.split(" ")[0]))
  findings.expect("number of traces", ids.size <= mostTraces, true)
  if (isRemote && ids.size > 0) {
    findings.expect("trace", [...ids], [remoteParent.traceId])
  }
}

const checkProgram = ({ scenario }: Pair, { exit, records }: Outcome, findings: Findings): void => {
  const right = scenario.outcome ?? "success"
  findings.expect("result of the program", outcomeOf(exit), right)
  for (const record of records) {
    findings.expect(`outcome of ${record.name}`, record.outcome, right)
  }
}

/** What is inside the child: its measurement, its headers, and what other instrumentation has as its parent. */
const checkInside = (pair: Pair, outcome: Outcome, findings: Findings): void => {
  const { ours, scenario } = pair
  const child = outcome.records.find(({ name }) => name === "child")
  if (child === undefined) {
    return
  }
  findings.expect(
    "measurement",
    outcome.metrics.map(({ spanId, traceId }) => [traceId, spanId]),
    [[child.traceId, child.spanId]]
  )
  const { way } = neighbours[pair.neighbour]!
  const isFollowed = ours === "OpenTelemetry" && (pair.place === "above" || way !== "makes")
  if (scenario.isSuppressed === true) {
    if (isFollowed) {
      findings.expect("headers", outcome.inside.headers, {})
      findings.expect("spans of others", outcome.others.filter(({ name }) => name === "http"), [])
    }
    return
  }
  // The tracer that makes the span decides whether it is sampled, and this one always samples.
  const flags = pair.neighbour === "OtlpTracer" && outcome.theirs.length > 0 ? "01" : scenario.remote ?? "01"
  findings.expect("headers", outcome.inside.headers?.["traceparent"], `00-${child.traceId}-${child.spanId}-${flags}`)
  if (isFollowed) {
    findings.expect("active span", outcome.inside.active, child.spanId)
    const inside = scenario.remote === "00" ? undefined : child.spanId
    findings.expect("parent of others", outcome.others.find(({ name }) => name === "http")?.parentSpanId, inside)
    const hasTenant = way === "around" && pair.place === "above" && scenario.isWoken !== true
    findings.expect("baggage", outcome.inside.tenant, hasTenant ? "acme" : undefined)
  }
}

/** A sink or tracer that receives nothing is logged once, and nothing else is logged. */
const checkWarnings = ({ neighbour, ours, place }: Pair, { warnings }: Outcome, findings: Findings): void => {
  const { way } = neighbours[neighbour]!
  const isRival = ours === "OpenTelemetry" && way === "makes" && neighbour !== "native tracer"
  const right = way === "ours"
    ? "overrides the others"
    : place === "above"
    ? "that tracer receives none"
    : "An OpenTelemetry sink receives no spans"
  const logged = warnings.map((warning) => warning.includes(right) || warning)
  findings.expect("warnings", logged, isRival || way === "ours" ? [true] : [])
}

/** What is wrong with a pair; empty if it is correct. */
export const mistakesOf = (pair: Pair, outcome: Outcome): ReadonlyArray<string> => {
  const findings = new Findings()
  checkProgram(pair, outcome, findings)
  checkSpans(pair, outcome, findings)
  checkInside(pair, outcome, findings)
  checkWarnings(pair, outcome, findings)
  return findings.mistakes
}
