/**
 * Finds runs that wasted money: the same call again and again, cost after the last useful step, prompts that were no longer cached.
 *
 * Reads the spans of runs, model calls and tools in any dialect, and holds about two hundred bytes per span. Costs are those on the spans of model
 * calls; a call belongs to the nearest run above it.
 */
import type { Meaning } from "../dialects/meaning.js"
import { shortDigest } from "../records/sha256.js"
import type { SpanData } from "../records/SpanData.js"
import { formatUsd } from "../records/terminal/numbers.js"
import { labelOf } from "./usage/measures.js"

/** The kinds of findings about runs. */
export type RunFindingKind = "repeated-tool-call" | "cost-after-last-step" | "cached-share-fell"

/** Where a run wasted money. */
export interface RunFinding {
  readonly kind: RunFindingKind
  /** The line of the span. */
  readonly line: number
  /** The span and the money. */
  readonly example: string
}

/** How many calls with the same arguments in one run make a finding. */
const manyCalls = 3

interface Step {
  readonly id: string
  readonly key: string
  readonly line: number
  readonly start: bigint
  readonly end: bigint
}

interface ModelCall extends Step {
  readonly model: string
  readonly cost: number | undefined
  readonly tokensIn: number
  readonly cached: number | undefined
}

interface ToolCall extends Step {
  readonly tool: string
  /** Equal for equal arguments; `undefined` if they are unknown. */
  readonly digest: string | undefined
  readonly succeeded: boolean
}

interface Run extends Step {
  readonly agent: string
  readonly answered: boolean
}

/** What one run did, in the order of starts. */
interface Work {
  readonly models: Array<ModelCall>
  readonly tools: Array<ToolCall>
}

/** Collects the spans of a file. */
export class RunFindings {
  private readonly runs = new Map<string, Run>()
  private readonly models = new Map<string, ModelCall>()
  private readonly tools = new Map<string, ToolCall>()

  /** Adds a span; replaces one with the same key. */
  add(key: string, span: SpanData, { attributes, role }: Read, line: number): void {
    const { end, outcome, spanId, start, traceId } = span
    const step = { id: `${traceId.slice(0, 8)}/${spanId}`, key, line, start, end }
    const label = (name: "agent" | "model" | "tool") => labelOf(attributes, name) ?? span.name
    if (role === "run") {
      const answered = outcome === "success" && attributes["interrupted_reason"] === undefined
      this.runs.set(key, { ...step, agent: label("agent"), answered })
    } else if (role === "tool") {
      const succeeded = outcome === "success" && attributes["ok"] !== false
      this.tools.set(key, { ...step, tool: label("tool"), digest: digestOf(attributes), succeeded })
    } else if (role === "model") {
      this.models.set(key, { ...step, model: label("model"), ...usageOf(attributes) })
    }
  }

  /** The findings so far. `parentOf` returns the key of a span's parent, if it is known. */
  find(parentOf: (key: string) => string | undefined): ReadonlyArray<RunFinding> {
    return [...this.work(parentOf)].flatMap(([key, work]) => {
      const run = this.runs.get(key)
      return run === undefined ? [] : [...repeated(run, work), ...afterLastStep(run, work), ...lessCached(run, work)]
    })
  }

  private work(parentOf: (key: string) => string | undefined): Map<string, Work> {
    const runAbove = nearestAbove(parentOf, (key) => this.runs.has(key))
    const modelAbove = nearestAbove(parentOf, (key) => this.models.has(key))
    // A model span may wrap another of the same call.
    const wrappers = new Set([...this.models.keys()].map(modelAbove))
    const all = new Map<string, Work>()
    const workOf = (key: string): Work | undefined => {
      const run = runAbove(key)
      if (run === undefined) {
        return undefined
      }
      const work = all.get(run) ?? { models: [], tools: [] }
      all.set(run, work)
      return work
    }
    byStart(this.models).filter(({ key }) => !wrappers.has(key)).forEach((call) => workOf(call.key)?.models.push(call))
    byStart(this.tools).forEach((call) => workOf(call.key)?.tools.push(call))
    return all
  }
}

type Read = Meaning<SpanData["attributes"]>

/** The digest of the arguments. Arguments recorded as text are digested here, to save memory. */
const digestOf = (attributes: Read["attributes"]): string | undefined => {
  const text = labelOf(attributes, "arguments")
  return labelOf(attributes, "arguments_digest") ??
    (text === undefined ? undefined : shortDigest(text))
}

const usageOf = (attributes: Read["attributes"]): Pick<ModelCall, "cached" | "cost" | "tokensIn"> => {
  const number = (key: "cached_tokens_in" | "cost_usd" | "tokens_in") => {
    const value = attributes[key]
    return typeof value === "number" && value >= 0 ? value : undefined
  }
  return { cost: number("cost_usd"), tokensIn: number("tokens_in") ?? 0, cached: number("cached_tokens_in") }
}

const byStart = <A extends Step>(steps: ReadonlyMap<string, A>): ReadonlyArray<A> =>
  [...steps.values()].sort((a, b) => a.start < b.start ? -1 : a.start > b.start ? 1 : 0)

/** Finds the nearest ancestor that meets a condition. Every span is walked once, however deep the tree. */
const nearestAbove = (
  parentOf: (key: string) => string | undefined,
  isWanted: (key: string) => boolean
): (key: string) => string | undefined => {
  const known = new Map<string, string | undefined>()
  return (key) => {
    const path: Array<string> = []
    let at: string | undefined = key
    let found: string | undefined
    while (at !== undefined && !known.has(at)) {
      path.push(at)
      // Also ends the walk in a cycle.
      known.set(at, undefined)
      at = parentOf(at)
      if (at !== undefined && isWanted(at)) {
        found = at
        break
      }
    }
    found ??= at === undefined ? undefined : known.get(at)
    path.forEach((each) => known.set(each, found))
    return found
  }
}

const costOf = (calls: Iterable<ModelCall>): number => {
  let sum = 0
  for (const { cost = 0 } of calls) {
    sum += cost
  }
  return sum
}

const usd = (cost: number): string => formatUsd(cost) || "an unknown cost"

/** The model call that requested a tool call: the last one that ended before it. */
const requestedBy = (models: ReadonlyArray<ModelCall>, { start }: ToolCall): ModelCall | undefined =>
  models.findLast(({ end }) => end <= start)

/** Calls of one tool with the same arguments. */
const alike = (tools: ReadonlyArray<ToolCall>): ReadonlyArray<ReadonlyArray<ToolCall>> => {
  const groups = new Map<string, Array<ToolCall>>()
  for (const call of tools) {
    if (call.digest !== undefined) {
      const name = JSON.stringify([call.tool, call.digest])
      const group = groups.get(name) ?? []
      groups.set(name, group)
      group.push(call)
    }
  }
  return [...groups.values()]
}

const repeated = ({ agent }: Run, { models, tools }: Work): ReadonlyArray<RunFinding> =>
  alike(tools).filter(({ length }) => length >= manyCalls).map((calls) => {
    const requesters = new Set(calls.slice(1).flatMap((call) => requestedBy(models, call) ?? []))
    const { id, line, tool } = calls.at(-1)!
    const money = `the model calls that repeated it: ${usd(costOf(requesters))}`
    return { kind: "repeated-tool-call", line, example: `${id} ${tool} of ${agent}: ${calls.length} calls; ${money}` }
  })

/** When the last useful step ended: a tool call that succeeded and was no repetition. For a run with failures only, when it started. */
const lastStep = (run: Run, tools: ReadonlyArray<ToolCall>): bigint | undefined => {
  const repeats = new Set(alike(tools).flatMap((calls) => calls.filter(({ succeeded }) => succeeded).slice(1)))
  const ends = tools.filter((call) => call.succeeded && !repeats.has(call)).map(({ end }) => end)
  return ends.length > 0
    ? ends.reduce((latest, end) => end > latest ? end : latest)
    : tools.length > 0 && !run.answered
    ? run.start
    : undefined
}

const afterLastStep = (run: Run, { models, tools }: Work): ReadonlyArray<RunFinding> => {
  const step = lastStep(run, tools)
  const after = step === undefined ? [] : models.filter(({ start }) => start >= step)
  // The answer is useful, too.
  const wasted = costOf(run.answered ? after.slice(0, -1) : after)
  const all = costOf(models)
  return wasted * 2 > all
    ? [{
      kind: "cost-after-last-step",
      line: run.line,
      example: `${run.id} ${run.agent}: ${usd(wasted)} of ${usd(all)}`
    }]
    : []
}

const share = ({ cached = 0, tokensIn }: ModelCall): number => tokensIn === 0 ? 0 : cached / tokensIn

const percent = (value: number): string => `${Math.round(value * 100)}%`

/**
 * Whether much less of a prompt was cached than before. The share also falls when a prompt grows, so fewer than half as many tokens must be cached,
 * and the prompt before must have been mostly cached. A prompt less than half as long does not count: it was compacted.
 */
const isLessCached = (call: ModelCall, before: ModelCall): boolean =>
  call.cached !== undefined && before.cached !== undefined && call.cached * 2 < before.cached &&
  share(before) >= 0.5 && share(call) * 2 < share(before) && call.tokensIn * 2 >= before.tokensIn

const lessCached = ({ agent }: Run, { models }: Work): ReadonlyArray<RunFinding> => {
  const last = new Map<string, ModelCall>()
  return models.flatMap((call) => {
    const before = last.get(call.model)
    last.set(call.model, call)
    if (before === undefined || !isLessCached(call, before)) {
      return []
    }
    const fall = `${percent(share(before))} cached before, now ${percent(share(call))}`
    const money = `${usd(costOf([before]))} before, now ${usd(costOf([call]))}`
    return [{
      kind: "cached-share-fell",
      line: call.line,
      example: `${call.id} ${call.model} of ${agent}: ${fall}; ${money}`
    }]
  })
}
