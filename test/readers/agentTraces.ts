/**
 * Made-up agent traces whose usage is known, written in each of the ways in which usage is recorded.
 */
import * as fc from "fast-check"
import { metric, span, spanStart } from "./lines.js"

/** What one call used. Dollars are sixteenths, so that sums are exact in any order. */
export interface Call {
  readonly tokensIn: number
  readonly tokensOut: number
  readonly costUsd: number | null
}

/** A part of an agent's work. */
export type Part =
  | { readonly kind: "model"; readonly call: Call; readonly model: string }
  | { readonly kind: "tool"; readonly tool: string; readonly inside: ReadonlyArray<Part> }
  | { readonly kind: "other"; readonly inside: ReadonlyArray<Part> }
  | { readonly kind: "run"; readonly agent: string; readonly inside: ReadonlyArray<Part> }

const call: fc.Arbitrary<Call> = fc.record({
  tokensIn: fc.nat(1000),
  tokensOut: fc.nat(1000),
  costUsd: fc.option(fc.nat(64).map((sixteenths) => sixteenths / 16))
})

const { part } = fc.letrec<{ part: Part; inside: ReadonlyArray<Part> }>((tie) => ({
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("model" as const), call, model: fc.constantFrom("m1", "m2") }),
    fc.record({ kind: fc.constant("tool" as const), tool: fc.constantFrom("t1", "t2"), inside: tie("inside") }),
    fc.record({ kind: fc.constant("other" as const), inside: tie("inside") }),
    fc.record({ kind: fc.constant("run" as const), agent: fc.constantFrom("a1", "a2"), inside: tie("inside") })
  ),
  inside: fc.array(tie("part"), { maxLength: 3 })
}))

/** A trace: a run for one user in one session. */
export interface Trace {
  readonly user: string
  readonly session: string
  readonly root: Part & { readonly kind: "run" }
}

export const trace: fc.Arbitrary<Trace> = fc.record({
  user: fc.constantFrom("u1", "u2"),
  session: fc.constantFrom("s1", "s2"),
  root: fc.record({
    kind: fc.constant("run" as const),
    agent: fc.constantFrom("a1", "a2"),
    inside: fc.array(part, { maxLength: 4 })
  })
})

/** How usage is recorded. */
export interface Writing {
  /**
   * `"inside"`: in the span of the call; `"turn"`: in the span above it, as a custom loop may do; `"file"`: without a trace, as the original does.
   */
  readonly metrics: "inside" | "turn" | "file" | "none"
  readonly spans: boolean
  readonly totals: boolean
  readonly starts: boolean
}

export const writing: fc.Arbitrary<Writing> = fc.record({
  metrics: fc.constantFrom("inside", "turn", "file", "none"),
  spans: fc.boolean(),
  totals: fc.boolean(),
  starts: fc.boolean()
})

/** The labels that a call is counted under; `null` where the file has none. */
export interface Expected extends Call {
  readonly by: { readonly [dimension: string]: string | null }
}

/** Every record of a trace in the order in which a sink writes it. */
export class Writer {
  readonly lines: Array<string> = []
  private ids = 0

  constructor(private readonly number: number, private readonly trace: Trace, private readonly writing: Writing) {
    this.write(trace.root, null)
  }

  private write(part: Part, parent: number | null): Call {
    const id = ++this.ids
    const parts = { id, parent, trace: this.number, name: nameOf(part), attributes: this.opening(part) }
    if (this.writing.starts) {
      this.lines.push(spanStart(parts))
    }
    const total = part.kind === "model" ? part.call : sum(part.inside.map((each) => this.write(each, id)))
    if (part.kind === "model") {
      this.metrics(part, id, parent!)
    }
    const hasUsage = part.kind === "model" ? this.writing.spans : part.kind === "run" && this.writing.totals
    const attributes = { ...parts.attributes, ...(hasUsage && usageAttributes(total)) }
    this.lines.push(span({ ...parts, ms: this.ids, attributes }))
    return total
  }

  private opening(part: Part): { readonly [key: string]: unknown } {
    const owner = { user_id: this.trace.user, session_id: this.trace.session }
    switch (part.kind) {
      case "model":
        return { model: part.model, ...owner }
      case "tool":
        return { tool: part.tool, ok: true, ...owner }
      case "run":
        return { agent: part.agent, ...owner }
      case "other":
        return {}
    }
  }

  private metrics(part: Part & { kind: "model" }, id: number, parent: number): void {
    const { metrics } = this.writing
    if (metrics === "none") {
      return
    }
    const place = metrics === "file" ? {} : { id: metrics === "inside" ? id : parent }
    const { costUsd, tokensIn, tokensOut } = part.call
    const values = [["loom.tokens.input", tokensIn], ["loom.tokens.output", tokensOut], [
      "loom.cost.usd",
      costUsd
    ]] as const
    for (const [name, value] of values) {
      if (value !== null) {
        const attributes = { model: part.model, user_id: this.trace.user }
        this.lines.push(metric({ name, value, attributes, trace: this.number, ...place }))
      }
    }
  }
}

const nameOf = (part: Part): string =>
  part.kind === "model" ? "loom.model.stream" : part.kind === "other" ? "http" : `loom.${part.kind}`

const usageAttributes = ({ costUsd, tokensIn, tokensOut }: Call) => ({
  tokens_in: tokensIn,
  tokens_out: tokensOut,
  ...(costUsd !== null && { cost_usd: costUsd })
})

/** The sum of these calls; no cost if none of them has one. */
export const sum = (calls: ReadonlyArray<Call>): Call => ({
  tokensIn: calls.reduce((total, each) => total + each.tokensIn, 0),
  tokensOut: calls.reduce((total, each) => total + each.tokensOut, 0),
  costUsd: calls.every((each) => each.costUsd === null)
    ? null
    : calls.reduce((total, each) => total + (each.costUsd ?? 0), 0)
})

/** All calls of a trace, each with its labels. */
export const callsOf = ({ root, session, user }: Trace): ReadonlyArray<Expected> => {
  const walk = (part: Part, agent: string, tool: string | null): ReadonlyArray<Expected> => {
    switch (part.kind) {
      case "model":
        return [{ ...part.call, by: { agent, tool, model: part.model, user, session } }]
      case "tool":
        return part.inside.flatMap((each) => walk(each, agent, part.tool))
      case "run":
        return part.inside.flatMap((each) => walk(each, part.agent, tool))
      case "other":
        return part.inside.flatMap((each) => walk(each, agent, tool))
    }
  }
  return walk(root, root.agent, null)
}
