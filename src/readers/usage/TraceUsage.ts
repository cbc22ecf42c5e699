/**
 * Counts each token and each dollar of one trace once, and attributes it: the one place that holds the rule.
 *
 * The same usage is recorded in up to three places: in metrics (the only place in the Python original), on the spans of model calls, and in the totals of
 * runs, which include the runs inside them. For each quantity (input, output, cached input, dollars) separately:
 *
 * 1. If the trace has metrics for it, they count. A model call without metrics in or below it (a line was lost, or none was emitted) counts with its
 *    own attribute, unless the trace also has metrics emitted outside model calls: those may cover it.
 * 2. Otherwise the spans of model calls count. One that has the same usage as the model calls inside it repeats them: it is a wrapper around them.
 * 3. Otherwise the totals of runs, each minus those of the runs inside it.
 *
 * Usage moves from the leaves up into the parents, so memory grows with the open spans and not with the trace. Spans may arrive in any order until `fold` is
 * called.
 */
import type { MetricFacts } from "../../records/wire/facts.js"
import { Amounts, greater, measured, minus, repeats } from "./Amounts.js"
import { Carried, fromTheLeaves, HeldSpan } from "./HeldSpan.js"
import { amountsOfSpan, type Dimensions, type KnownSpan, type Labels, quantityOf } from "./measures.js"
import { type Source, UsageTables } from "./UsageTables.js"

const noLabels: Labels = []

/** The counted usage, and the usage that moved up beyond the roots. */
interface Folded {
  readonly tables: UsageTables
  readonly top: Carried
}

export class TraceUsage {
  private readonly spans = new Map<string, HeldSpan>()
  private folded: Folded | undefined = undefined
  private rootEnded = false
  /** Known spans that have not ended. */
  private waitingFor = 0

  /** The span used last: the measurements of a call follow each other. */
  private lastId = ""
  private last: HeldSpan | undefined = undefined

  /** `maxRows` limits the rows of the tables; it must not be less than the number of spans if each is a label. */
  constructor(private readonly dimensions: Dimensions, private readonly maxRows?: number) {}

  get held(): number {
    return this.spans.size
  }

  /** Whether its root and all other known spans have ended. More records may still arrive. */
  get isComplete(): boolean {
    return this.rootEnded && this.waitingFor === 0
  }

  /** Adds a span that started; returns whether it was unknown. */
  start(span: KnownSpan): boolean {
    const held = this.at(span.spanId)
    if (held.state !== "unknown") {
      return false
    }
    this.describe(held, span)
    held.state = "open"
    return true
  }

  /** Adds a span that ended; returns whether it was known to be open. Of several with the same id, the last one with usage counts. */
  end(span: KnownSpan): boolean {
    const held = this.at(span.spanId)
    const before = held.state
    const own = amountsOfSpan(span.meaning)
    if (before !== "ended") {
      this.describe(held, span)
      held.state = "ended"
      this.waitingFor--
      held.own = own
      this.rootEnded ||= span.parentSpanId === null
    } else if (own !== undefined) {
      held.own = own
    }
    return before === "open"
  }

  metric(metric: MetricFacts): void {
    const which = quantityOf(metric.name)
    if (which !== 0) {
      this.at(metric.spanId ?? "").measure(which, metric.value, this.dimensions.ofMetric(metric))
    }
  }

  /** Releases the spans that have ended; their usage moves to their ancestors. */
  fold(): void {
    this.folded ??= { tables: new UsageTables(this.maxRows), top: new Carried() }
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

  /** All usage so far, as if the trace were over; it may continue. */
  settled(): UsageTables {
    const tables = this.folded?.tables.copy() ?? new UsageTables(this.maxRows)
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

  private describe(held: HeldSpan, span: KnownSpan): void {
    held.parent = span.parentSpanId === null || span.parentSpanId === span.spanId
      ? undefined
      : this.at(span.parentSpanId)
    held.role = span.meaning.role
    held.span = span
  }

  /** Counts these spans from the leaves up; usage that moves into other spans waits there. */
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
      // A span that is its own ancestor was counted before its descendants.
      held.giveUp(top)
    }
  }

  /** Counts one span. `up` is the usage from below it before, and the usage that moves up from it afterwards. */
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
      this.item(held, "runs", minus(held.own, inside), [noLabels, own], tables)
      held.upward().runs = greater(held.own, inside)
    }
  }

  private countModel(held: HeldSpan, own: Labels, tables: UsageTables): void {
    const measuredInside = held.up?.measured ?? 0
    const inside = held.up?.models
    const isRepeated = held.own !== undefined && repeats(held.own, inside)
    const covered = measuredInside | (isRepeated ? inside!.has : 0)
    if (held.own !== undefined && (held.own.has & ~covered) !== 0) {
      this.item(held, "spans", covered === 0 ? held.own : held.own.copy(~covered), [noLabels, own], tables)
    }
    if (held.own !== undefined && isRepeated && held.own.tokensIn > inside!.tokensIn) {
      // Cached input, which the call inside counts apart.
      const more = new Amounts()
      more.measure(measured.tokensIn, held.own.tokensIn - inside!.tokensIn)
      this.item(held, "spans", more.copy(inside!.has & ~measuredInside), [noLabels, own], tables)
    }
    if (held.own !== undefined) {
      held.upward().models = inside === undefined ? held.own : greater(held.own, inside)
    }
    if (measuredInside !== 0) {
      held.upward().measured = 0
    }
  }

  /** Adds an amount in each dimension where it or its span has a label; the rest moves up. */
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
