/**
 * Each token and each dollar of one trace, counted once and said of whom: the one place that holds the rule.
 *
 * The same usage stands in up to three places: in metrics (the Python original has it there only), on the spans of model calls, and in the totals of
 * runs, which hold those of the runs inside them. For each quantity (input, output, cached input, dollars) by itself:
 *
 * 1. Where a trace has metrics of it, these are the truth. The span of a model call that has none in or below it, because a line was lost or because
 *    nobody emitted any, counts with its own attribute; not so where the trace has metrics that were emitted elsewhere than in a model call, which
 *    may be about any of them.
 * 2. Else the spans of model calls count.
 * 3. Else the totals of runs, each less those of the runs inside it.
 *
 * Spans go up into their parents from the leaves, so that what is held grows with what is open and not with the trace. They may come in any order
 * until `fold` is called.
 */
import { roleOf } from "../../records/vocabulary.js"
import type { MetricFacts, SpanFacts, StartFacts } from "../../records/wire/facts.js"
import { type Amounts, beside, greater } from "./Amounts.js"
import { Carried } from "./Carried.js"
import { fromTheLeaves, HeldSpan } from "./HeldSpan.js"
import type { Dimensions, Labels } from "./measures.js"
import { amountsOfSpan, quantityOf } from "./measures.js"
import { type Source, UsageTables } from "./UsageTables.js"

const noLabels: Labels = []

/** What was counted, and what went up to where no span is above. */
interface Folded {
  readonly tables: UsageTables
  readonly top: Carried
}

/** The usage of one trace while its records come. */
export class TraceUsage {
  private readonly spans = new Map<string, HeldSpan>()
  /** What spans were counted that are not held any more. */
  private folded: Folded | undefined = undefined
  private rootEnded = false
  /** Spans that something is known of, but not their end. */
  private waitingFor = 0

  /** The span that was asked for last: the measurements of a call come one after the other. */
  private lastId = ""
  private last: HeldSpan | undefined = undefined

  constructor(private readonly dimensions: Dimensions) {}

  /** How many spans are held. */
  get held(): number {
    return this.spans.size
  }

  /** Whether its root has ended, and so has every other span that something is known of. More may come all the same. */
  get isComplete(): boolean {
    return this.rootEnded && this.waitingFor === 0
  }

  /** Takes a span that has opened; whether that is news. */
  start(span: StartFacts): boolean {
    const held = this.at(span.spanId)
    if (held.state !== "unknown") {
      return false
    }
    this.describe(held, span)
    held.state = "open"
    return true
  }

  /** Takes a span that has ended; whether it was known to be open. A second one of the same id counts nothing. */
  end(span: SpanFacts): boolean {
    const held = this.at(span.spanId)
    const before = held.state
    if (before !== "ended") {
      this.describe(held, span)
      held.state = "ended"
      this.waitingFor--
      held.own = amountsOfSpan(held.role, span.attributes)
      this.rootEnded ||= span.parentSpanId === null
    }
    return before === "open"
  }

  /** Takes a measurement. */
  metric(metric: MetricFacts): void {
    const which = quantityOf(metric.name)
    if (which !== 0) {
      this.at(metric.spanId ?? "").measure(which, metric.value, this.dimensions.ofMetric(metric))
    }
  }

  /** Lets go of the spans that have ended; what they used is with those above them from now on. */
  fold(): void {
    this.folded ??= { tables: new UsageTables(), top: new Carried() }
    this.goUp((held) => held.state === "ended", this.folded)
    for (const [id, held] of this.spans) {
      if (held.state === "ended") {
        this.spans.delete(id)
        this.last = undefined
      } else {
        held.carried = held.up
      }
    }
  }

  /** All usage so far, as if the trace were over. It can go on. */
  settled(): UsageTables {
    const tables = this.folded?.tables.copy() ?? new UsageTables()
    const top = this.folded?.top.copy() ?? new Carried()
    this.goUp((held) => held.state !== "unknown", { tables, top })
    for (const held of this.spans.values()) {
      if (held.state === "unknown") {
        this.count(held, tables)
        held.giveUp(top)
      }
    }
    top.settle(tables)
    return tables
  }

  private at(id: string): HeldSpan {
    if (id !== this.lastId || this.last === undefined) {
      this.last = this.spans.get(id) ?? this.hold(id)
      this.lastId = id
    }
    return this.last
  }

  private hold(id: string): HeldSpan {
    const held = new HeldSpan()
    this.spans.set(id, held)
    this.waitingFor++
    return held
  }

  private describe(held: HeldSpan, span: SpanFacts | StartFacts): void {
    held.parent = span.parentSpanId === null || span.parentSpanId === span.spanId
      ? undefined
      : this.at(span.parentSpanId)
    held.role = roleOf(span.name)
    held.span = span
  }

  /** Counts these spans from the leaves up; what goes up into spans that are not among them waits there. */
  private goUp(among: (held: HeldSpan) => boolean, { tables, top }: Folded): void {
    const these: Array<HeldSpan> = []
    for (const held of this.spans.values()) {
      held.up = held.carried?.copy()
      held.waitingFor = 0
      held.counted = !among(held)
      if (!held.counted) {
        these.push(held)
      }
    }
    for (const held of fromTheLeaves(these)) {
      this.count(held, tables)
      if (held.parent === undefined) {
        held.giveUp(top)
      } else {
        held.passUp()
      }
    }
    for (const held of these) {
      // What is its own ancestor was counted before all below it was.
      held.giveUp(top)
    }
  }

  /** Counts one span, what is below it being in `up`; what goes up from it is there then. */
  private count(held: HeldSpan, tables: UsageTables): void {
    if (!held.isUsed) {
      return
    }
    const own = held.span === undefined ? noLabels : this.dimensions.ofSpan(held.span)
    held.up?.resolve(own, tables)
    for (const { amounts, labels } of held.metrics ?? []) {
      held.upward().measured |= amounts.has
      this.item(held, "metrics", amounts, [labels, own], tables)
    }
    if (held.role === "model") {
      this.countModel(held, own, tables)
    } else if (held.role === "run" && held.own !== undefined) {
      const inside = held.up?.runs
      this.item(held, "runs", beside(held.own, inside), [noLabels, own], tables)
      held.upward().runs = greater(held.own, inside)
    }
  }

  private countModel(held: HeldSpan, own: Labels, tables: UsageTables): void {
    const covered = held.up?.measured ?? 0
    if (held.own !== undefined && (held.own.has & ~covered) !== 0) {
      this.item(held, "spans", covered === 0 ? held.own : held.own.copy(~covered), [noLabels, own], tables)
    }
    if (covered !== 0) {
      held.upward().measured = 0
    }
  }

  /** Puts an amount down in each dimension where it has a label, said by itself or by its span; the rest goes up. */
  private item(
    held: HeldSpan,
    source: Source,
    amounts: Amounts,
    [first, second]: readonly [Labels, Labels],
    tables: UsageTables
  ): void {
    if (amounts.has === 0) {
      return
    }
    tables.total.add(source, amounts)
    for (let dimension = 0; dimension < this.dimensions.count; dimension++) {
      const label = first[dimension] ?? second[dimension]
      if (label === undefined) {
        held.upward().add(dimension, source, amounts)
      } else {
        tables.add(dimension, label, source, amounts)
      }
    }
  }
}
