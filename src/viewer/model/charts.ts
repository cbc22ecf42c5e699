/**
 * The numbers behind the summary's charts: how long traces took, what they cost over time, and where each trace lies in both.
 *
 * Costs are US dollars, durations milliseconds, instants milliseconds since the epoch.
 */
import type { TraceView } from "./TraceView.js"

export interface Bucket {
  /** Included. */
  readonly from: number
  /** Not included, except in the last bucket. */
  readonly to: number
  /** Number of traces. */
  readonly count: number
  /** Number of those that failed, or in which a span failed. */
  readonly failed: number
  readonly costUsd: number
}

type Draft = { -readonly [Key in keyof Bucket]: Bucket[Key] }

/** The result of a trace. `inside`: it succeeded, but a span in it failed. */
export type Mark = "good" | "inside" | "failed"

export const markOf = ({ failed, state }: TraceView): Mark =>
  state === "failure" ? "failed" : failed > 0 ? "inside" : "good"

const put = (bucket: Draft, trace: TraceView): void => {
  bucket.count++
  bucket.failed += markOf(trace) === "good" ? 0 : 1
  bucket.costUsd += trace.usage.costUsd ?? 0
}

const bucketsBetween = (edges: ReadonlyArray<number>): ReadonlyArray<Draft> =>
  edges.slice(1).map((to, at) => ({ from: edges[at]!, to, count: 0, failed: 0, costUsd: 0 }))

/** The shortest duration with a bucket of its own; shorter traces are in the first bucket. */
const leastDuration = 1

/** Traces by duration, in steps of 1, 2, 5, 10 and so on; open traces count with their duration so far. */
export const durationBuckets = (traces: ReadonlyArray<TraceView>): ReadonlyArray<Bucket> => {
  const durations = traces.map(({ totalMs }) => Math.max(totalMs, leastDuration))
  if (durations.length === 0) {
    return []
  }
  const most = greatest(durations)
  const edges = [stepAtMost(-greatest(durations.map((value) => -value)))]
  while (edges.at(-1)! <= most) {
    edges.push(stepAfter(edges.at(-1)!))
  }
  const buckets = bucketsBetween(edges)
  traces.forEach((trace, at) => put(buckets[placeIn(edges, durations[at]!)]!, trace))
  return buckets
}

// A spread of a hundred thousand arguments overflows the stack.
const greatest = (values: ReadonlyArray<number>): number => values.reduce((a, b) => Math.max(a, b))

const digitsOf = (value: number): readonly [first: number, power: number] => {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9)
  return [value / power + 1e-9, power]
}

const stepAtMost = (value: number): number => {
  const [first, power] = digitsOf(value)
  return (first >= 5 ? 5 : first >= 2 ? 2 : 1) * power
}

const stepAfter = (step: number): number => {
  const [first, power] = digitsOf(step)
  return (first >= 5 ? 10 : first >= 2 ? 5 : 2) * power
}

const placeIn = (edges: ReadonlyArray<number>, value: number): number =>
  Math.min(Math.max(edges.findLastIndex((edge) => edge <= value), 0), edges.length - 2)

/** Traces by start time, in `count` buckets of equal length. */
export const timeBuckets = (traces: ReadonlyArray<TraceView>, count: number): ReadonlyArray<Bucket> => {
  if (traces.length === 0) {
    return []
  }
  const starts = traces.map(({ startedAt }) => startedAt)
  const first = -greatest(starts.map((start) => -start))
  const length = Math.max(greatest(starts) - first, 1) / count
  const buckets = bucketsBetween(Array.from({ length: count + 1 }, (_, at) => first + at * length))
  traces.forEach((trace, at) => put(buckets[Math.min(Math.floor((starts[at]! - first) / length), count - 1)]!, trace))
  return buckets
}

/** The horizontal axis of the scatter plot. */
export type ScatterAxis = "duration" | "start"

/** A scale that is logarithmic for durations and costs, linear for instants. */
export interface Scale {
  readonly least: number
  readonly most: number
  readonly isLog: boolean
}

/** The scale of these values, with some room on both sides. */
export const scaleOf = (values: ReadonlyArray<number>, isLog: boolean): Scale => {
  const positive = isLog ? values.filter((value) => value > 0) : values
  if (positive.length === 0) {
    return { least: isLog ? 0.001 : 0, most: 1, isLog }
  }
  const most = greatest(positive)
  const least = -greatest(positive.map((value) => -value))
  if (isLog) {
    return { least: least / 1.3, most: most * 1.3, isLog }
  }
  const room = Math.max((most - least) * 0.04, 1)
  return { least: least - room, most: most + room, isLog }
}

/** The place of a value, from 0 to 1. On a logarithmic scale 0 and less are at 0. */
export const placeOn = ({ isLog, least, most }: Scale, value: number): number =>
  !isLog
    ? (value - least) / (most - least)
    : value <= least
    ? 0
    : Math.log(value / least) / Math.log(most / least)

/** The value at a place from 0 to 1. */
export const valueAt = ({ isLog, least, most }: Scale, place: number): number =>
  isLog ? least * (most / least) ** place : least + (most - least) * place
