/**
 * Translates the attributes of a span from any producer to the names of this package: the dialects in reverse.
 *
 * The record itself keeps its original names; readers count and show this view of it. If several dialects set the same attribute, the first one in
 * `readings` wins. A complete span of this package is returned unchanged, at no cost.
 */
import { type AttributeKey, roleOf, type SpanRole } from "../records/vocabulary.js"
import { adkReading } from "./reading/adk.js"
import { claudeCodeReading } from "./reading/claudeCode.js"
import { genaiReading } from "./reading/genai.js"
import { genkitReading } from "./reading/genkit.js"
import { inferredReading } from "./reading/inferred.js"
import { langfuseReading } from "./reading/langfuse.js"
import { langsmithReading } from "./reading/langsmith.js"
import { loomReading } from "./reading/loom.js"
import { mastraReading } from "./reading/mastra.js"
import { mlflowReading } from "./reading/mlflow.js"
import { openinferenceReading } from "./reading/openinference.js"
import { pydanticReading } from "./reading/pydantic.js"
import { amountOf, type Foreign, type Plain, plain, type Read, type Reading } from "./reading/Reading.js"
import { traceloopReading } from "./reading/traceloop.js"
import { vercelReading } from "./reading/vercel.js"

/** A span in the names of this package. */
export interface Meaning<A extends Foreign = Foreign> {
  /** What the span represents; `undefined` for spans of other libraries and of your own code. */
  readonly role: SpanRole | undefined
  /** Its attributes, and those that were recognised, under the names of this package. */
  readonly attributes: A
}

/** In order of precedence. */
const readings: ReadonlyArray<Reading> = [
  loomReading,
  langfuseReading,
  langsmithReading,
  genaiReading,
  openinferenceReading,
  vercelReading,
  mastraReading,
  traceloopReading,
  pydanticReading,
  adkReading,
  mlflowReading,
  genkitReading,
  claudeCodeReading,
  inferredReading
]

/** The attributes that are numbers. */
const amounts: ReadonlySet<AttributeKey> = new Set<AttributeKey>([
  "tokens_in",
  "tokens_out",
  "cached_tokens_in",
  "cache_creation_tokens_in",
  "reasoning_tokens_out",
  "cost_usd",
  "ttft_ms"
])

interface Place {
  readonly rank: number
  readonly read: AttributeKey | Read
}

/** The dialects' names, each with how it is read. */
const places: ReadonlyMap<string, ReadonlyArray<Place>> = (() => {
  const all = new Map<string, Array<Place>>()
  let rank = 0
  for (const { names } of readings) {
    for (const [theirs, read] of Object.entries(names)) {
      all.set(theirs, [...all.get(theirs) ?? [], { rank: rank++, read }])
    }
  }
  return all
})()

/** An attribute that this package always sets on spans of this role. If it exists, nothing needs to be recognised. */
const complete: { readonly [Role in SpanRole]: AttributeKey | undefined } = {
  run: "agent",
  turn: "turn",
  model: "tokens_in",
  tool: "ok",
  workflow: undefined,
  step: undefined
}

/** The meaning of a span with this name and these attributes. */
export const meaningOf = <A extends Foreign>(name: string, attributes: A): Meaning<A> => {
  const own = roleOf(name)
  if (own !== undefined) {
    const key = complete[own]
    if (key === undefined || Object.hasOwn(attributes, key)) {
      return { role: own, attributes }
    }
  }
  const found = new Collector()
  let isKnown = false
  for (const key in attributes) {
    const read = places.get(key)
    if (read !== undefined && Object.hasOwn(attributes, key)) {
      isKnown = true
      found.take(read, attributes[key])
    }
  }
  const role = own ?? roleIn(attributes, name)
  return isKnown || role !== undefined ? recognized(found, role, name, attributes) : { role, attributes }
}

const roleIn = (attributes: Foreign, name: string): SpanRole | undefined => {
  for (const { role } of readings) {
    const found = role(attributes, name)
    if (found !== undefined) {
      return found ?? undefined
    }
  }
  return undefined
}

const recognized = <A extends Foreign>(
  found: Collector,
  role: SpanRole | undefined,
  name: string,
  attributes: A
): Meaning<A> => {
  for (const { others } of readings) {
    others?.(attributes, role, found.last, name)
  }
  if (role !== undefined && attributes["error.type"] !== undefined && attributes["ok"] === undefined) {
    found.last("ok", false)
  }
  if (role === "tool" && roleOf(name) === undefined) {
    found.last("tool", name.replace(/^execute_tool /, ""))
  }
  const values = found.values()
  return { role, attributes: roleOf(name) !== undefined ? { ...values, ...attributes } : { ...attributes, ...values } }
}

/** Collects our attributes while they are recognised. */
class Collector {
  private readonly ranks = new Map<AttributeKey, number>()
  private readonly plains = new Map<AttributeKey, Plain>()

  take(places: ReadonlyArray<Place>, value: unknown): void {
    for (const { rank, read } of places) {
      if (typeof read === "function") {
        read(value, (key, own) => this.set(key, own, rank))
      } else {
        this.set(read, amounts.has(read) ? amountOf(value) : plain(value), rank)
      }
    }
  }

  /** Sets an attribute that was derived from several others, unless it is already set. */
  readonly last = (key: AttributeKey, value: Plain | undefined): void => this.set(key, value, Infinity)

  values(): { readonly [key: string]: Plain } {
    return Object.fromEntries(this.plains)
  }

  private set(key: AttributeKey, value: Plain | undefined, rank: number): void {
    const before = this.ranks.get(key)
    if (value !== undefined && (before === undefined || rank < before)) {
      this.ranks.set(key, rank)
      this.plains.set(key, value)
    }
  }
}
