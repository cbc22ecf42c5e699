/**
 * The outcome of a fleet's spans: the files written by the processes compared with the contents of Jaeger.
 */
import { Array } from "effect"
import { readFileSync } from "node:fs"
import { decisionWait, type Fleet, type Outage } from "./fleet.js"

interface Line {
  readonly kind: string
  readonly name: string
  readonly value: number
  readonly trace_id: string
  readonly span_id: string
  readonly ended_at: string
  readonly outcome: string
}

const linesOf = (path: string): ReadonlyArray<Line> =>
  readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))

/** An emitted trace. */
interface Emitted {
  readonly spans: ReadonlyArray<string>
  readonly services: number
  /** Whether something in it failed, so that the samplers must keep it. */
  readonly failed: boolean
  /** When its spans ended, in milliseconds since 1970. */
  readonly first: number
  readonly last: number
}

const tracesOf = (files: ReadonlyArray<string>): ReadonlyMap<string, Emitted> => {
  const spans = files.flatMap((file, service) =>
    linesOf(file).filter(({ kind }) => kind === "span").map((line) => ({ ...line, service }))
  )
  return new Map(
    Object.entries(Array.groupBy(spans, (span) => span.trace_id)).map(([id, own]) => {
      const ends = own.map((span) => Date.parse(span.ended_at))
      return [id, {
        spans: own.map((span) => span.span_id),
        services: new Set(own.map(({ service }) => service)).size,
        failed: own.some(({ outcome }) => outcome === "failure"),
        first: Math.min(...ends),
        last: Math.max(...ends)
      }]
    })
  )
}

/** The outage that may have affected a trace, because it was possibly in the killed Collector. */
const touching = ({ gateway, sampler }: Fleet["outages"]) => {
  // Before it is in a Collector, a span waits in its process for up to a second; a killed sampler holds what it has not judged and stored;
  // for some seconds more, gateways wait before they try again.
  const within = ({ first, last }: Emitted, { back, killed }: Outage, held: number) =>
    last >= killed - (held + 2) * 1000 && first <= back + 5000
  return (trace: Emitted): "gateway" | "sampler" | undefined =>
    within(trace, sampler, decisionWait + 1) ? "sampler" : within(trace, gateway, 0) ? "gateway" : undefined
}

/** The outcome of a fleet's spans. */
export interface Counted {
  readonly spans: number
  readonly traces: number
  /** Traces that went through all kinds of processes, and how many at most. */
  readonly services: number
  /** Spans of traces in which nothing failed: the samplers drop them. */
  readonly sampledOut: number
  /** Traces in which something failed, and their spans. */
  readonly wanted: { readonly traces: number; readonly spans: number }
  readonly whole: number
  /** The wanted traces that lack spans, by the outage that affected them. */
  readonly partial: { readonly gateway: number; readonly sampler: number; readonly none: number }
  readonly lost: { readonly gateway: number; readonly sampler: number; readonly none: number }
  /** Delivered spans, each counted once; repeated deliveries; and spans that were never emitted or should have been dropped. */
  readonly delivered: number
  readonly duplicates: number
  readonly unwanted: number
  /** Input tokens counted by the processes. */
  readonly tokens: number
}

export const counted = (fleet: Fleet): Counted => {
  const emitted = tracesOf(fleet.emitted)
  const arrived = fleet.stored
  const unique = new Set(arrived.map(({ spanId }) => spanId))
  const touched = touching(fleet.outages)
  const none = { gateway: 0, sampler: 0, none: 0 }
  const [partial, lost] = [{ ...none }, { ...none }]
  let whole = 0
  const wanted = [...emitted].filter(([, { failed }]) => failed)
  for (const [, trace] of wanted) {
    const present = trace.spans.filter((span) => unique.has(span)).length
    if (present === trace.spans.length) {
      whole++
    } else {
      const kind = present === 0 ? lost : partial
      kind[touched(trace) ?? "none"]++
    }
  }
  const total = (traces: Iterable<Emitted>) => [...traces].reduce((sum, { spans }) => sum + spans.length, 0)
  const wantedIds = new Set(wanted.map(([id]) => id))
  return {
    spans: total(emitted.values()),
    traces: emitted.size,
    services: Math.max(...[...emitted.values()].map(({ services }) => services)),
    sampledOut: total([...emitted.values()].filter(({ failed }) => !failed)),
    wanted: { traces: wanted.length, spans: total(wanted.map(([, trace]) => trace)) },
    whole,
    partial,
    lost,
    delivered: unique.size,
    duplicates: arrived.length - unique.size,
    unwanted: new Set(arrived.filter(({ traceId }) => !wantedIds.has(traceId)).map(({ spanId }) => spanId)).size,
    tokens: fleet.emitted.flatMap(linesOf).filter(({ kind, name }) => kind === "metric" && name === "loom.tokens.input")
      .reduce((sum, { value }) => sum + value, 0)
  }
}
