/**
 * What a summary needs from a piece of a file, in a form that is cheap to pass from one thread to another: numbers, and each text once.
 *
 * `Condenser` makes it from facts; `eachRecord` reads it in the order of the lines, so the summary is the same as from the facts themselves.
 */
import type { ScoreData } from "../../records/ScoreData.js"
import type { Outcome } from "../../records/SpanRecord.js"
import { metrics as names, type SpanRole } from "../../records/vocabulary.js"
import { comparable, type Facts, type MetricFacts, type SpanFacts, type StartFacts } from "../../records/wire/facts.js"
import type { FactsHandler } from "../lineFacts.js"
import { measured } from "../usage/Amounts.js"
import { amountsOfSpan, type KnownSpan, knownSpan, labelOf, quantityOf } from "../usage/measures.js"

type Texts = ReadonlyArray<string | undefined>

/** The records of a piece. */
export interface Condensed {
  /** `stride` numbers for each record: see `at`. */
  readonly numbers: Float64Array<ArrayBuffer>
  readonly records: number
  /** Numbers refer to them by index; 0 means none. */
  readonly texts: Texts
  readonly scores: ReadonlyArray<ScoreData>
  /** The number of measurements of anything but tokens and dollars. */
  readonly others: number
  readonly dropped: number
  readonly bad: number
  readonly torn: number
  /** The first and the last instant. */
  readonly from: string | undefined
  readonly to: string | undefined
}

/** Where the numbers of a record are. A measurement has its quantity as `has` and its value as `tokensIn`. */
const at = {
  kind: 0,
  name: 1,
  trace: 2,
  span: 3,
  parent: 4,
  role: 5,
  outcome: 6,
  isNotOk: 7,
  duration: 8,
  tool: 9,
  model: 10,
  user: 11,
  session: 12,
  agent: 13,
  version: 14,
  has: 15,
  tokensIn: 16,
  tokensOut: 17,
  cached: 18,
  cost: 19
} as const

const stride = 20

const kinds = { span: 0, start: 1, metric: 2 } as const

const roles: ReadonlyArray<SpanRole | undefined> = [undefined, "run", "turn", "model", "tool", "workflow", "step"]
const outcomes: ReadonlyArray<Outcome> = ["success", "failure", "interrupted"]

/** Condenses the facts of a piece. */
export class Condenser implements FactsHandler {
  private numbers = new Float64Array(stride * 4096)
  private records = 0
  private readonly texts: Array<string | undefined> = [undefined]
  private readonly places = new Map<string, number>()
  /** The last text of each field, and its place. */
  private readonly last: Array<string | undefined> = Array.from({ length: stride }, () => undefined)
  private readonly lastPlaces = new Uint32Array(stride)
  private readonly scores: Array<ScoreData> = []
  private others = 0
  private dropped = 0
  private badLines = 0
  private torn = 0
  private from: string | undefined = undefined
  private to: string | undefined = undefined

  readonly add = (facts: Facts): void => {
    switch (facts.kind) {
      case "span":
        this.see(facts.startedAt, facts.endedAt)
        return this.ended(facts)
      case "span_start":
        this.see(facts.startedAt, facts.startedAt)
        this.span(kinds.start, facts)
        return
      case "metric":
        this.see(facts.emittedAt, facts.emittedAt)
        return this.metric(facts)
      case "score":
        this.scores.push(facts.score)
        return
      case "dropped":
        this.dropped += facts.count
    }
  }

  readonly bad = (torn: boolean): void => {
    this.badLines++
    this.torn += torn ? 1 : 0
  }

  finished(): Condensed {
    const { badLines: bad, dropped, from, numbers, others, records, scores, texts, to, torn } = this
    return { numbers, records, texts, scores, others, dropped, bad, torn, from, to }
  }

  private see(start: string, end: string): void {
    const from = comparable(start)
    const to = comparable(end)
    this.from = this.from === undefined || from < this.from ? from : this.from
    this.to = this.to === undefined || to > this.to ? to : this.to
  }

  private ended(facts: SpanFacts): void {
    const { numbers, record } = this.span(kinds.span, facts)
    numbers[record + at.outcome] = outcomes.indexOf(facts.outcome)
    numbers[record + at.duration] = facts.durationMs
  }

  private span(kind: number, facts: SpanFacts | StartFacts) {
    const known = knownSpan(facts)
    const { attributes, role } = known.meaning
    const { numbers, record } = this.begin(kind)
    this.text(record, at.name, known.name)
    this.text(record, at.trace, facts.traceId)
    this.text(record, at.span, known.spanId)
    this.text(record, at.parent, known.parentSpanId)
    numbers[record + at.role] = roles.indexOf(role)
    numbers[record + at.isNotOk] = attributes["ok"] === false ? 1 : 0
    this.text(record, at.tool, labelOf(attributes, "tool"))
    this.text(record, at.model, labelOf(attributes, "model"))
    this.text(record, at.user, labelOf(attributes, "user_id"))
    this.text(record, at.session, labelOf(attributes, "session_id"))
    this.text(record, at.agent, labelOf(attributes, "agent"))
    this.text(record, at.version, labelOf(attributes, "agent_version"))
    const amounts = amountsOfSpan(known.meaning)
    if (amounts !== undefined) {
      numbers[record + at.has] = amounts.has
      numbers[record + at.tokensIn] = amounts.tokensIn
      numbers[record + at.tokensOut] = amounts.tokensOut
      numbers[record + at.cached] = amounts.cachedTokensIn
      numbers[record + at.cost] = amounts.costUsd
    }
    return { numbers, record }
  }

  private metric({ attributes, name, spanId, traceId, value }: MetricFacts): void {
    const which = quantityOf(name)
    if (which === 0) {
      this.others++
      return
    }
    const { numbers, record } = this.begin(kinds.metric)
    this.text(record, at.trace, traceId)
    this.text(record, at.span, spanId)
    numbers[record + at.has] = which
    numbers[record + at.tokensIn] = value
    this.text(record, at.model, labelOf(attributes, "model"))
    this.text(record, at.user, labelOf(attributes, "user_id"))
    this.text(record, at.session, labelOf(attributes, "session_id"))
  }

  /** Makes room for a record; returns its offset in the numbers. */
  private begin(kind: number) {
    const record = this.records++ * stride
    if (record === this.numbers.length) {
      const wider = new Float64Array(this.numbers.length * 2)
      wider.set(this.numbers)
      this.numbers = wider
    }
    this.numbers[record + at.kind] = kind
    return { numbers: this.numbers, record }
  }

  /** Puts a text into a record. */
  private text(record: number, field: number, text: string | null | undefined): void {
    if (text !== null && text !== undefined) {
      // Consecutive records often share trace, user and model: comparing costs less than a lookup.
      if (this.last[field] !== text) {
        this.last[field] = text
        this.lastPlaces[field] = this.place(text)
      }
      this.numbers[record + field] = this.lastPlaces[field]!
    }
  }

  private place(text: string): number {
    const known = this.places.get(text)
    if (known !== undefined) {
      return known
    }
    const place = this.texts.push(text) - 1
    this.places.set(text, place)
    return place
  }
}

/** Takes the records of a piece. */
export interface RecordHandler {
  readonly span: (traceId: string, known: KnownSpan, durationMs: number, outcome: Outcome) => void
  readonly start: (traceId: string, known: KnownSpan) => void
  readonly metric: (metric: MetricFacts) => void
}

const metricNames: ReadonlyMap<number, string> = new Map(
  Object.values(names).map(({ name }) => [quantityOf(name), name] as const)
)

/** Passes on spans and measurements, in the order of their lines. */
export const eachRecord = ({ numbers, records, texts }: Condensed, handler: RecordHandler): void => {
  for (let record = 0; record < records * stride; record += stride) {
    const kind = numbers[record]
    if (kind === kinds.metric) {
      handler.metric(metricAt(numbers, record, texts))
    } else if (kind === kinds.start) {
      handler.start(texts[numbers[record + at.trace]!]!, spanAt(numbers, record, texts))
    } else {
      const outcome = outcomes[numbers[record + at.outcome]!]!
      const durationMs = numbers[record + at.duration]!
      handler.span(texts[numbers[record + at.trace]!]!, spanAt(numbers, record, texts), durationMs, outcome)
    }
  }
}

const spanAt = (numbers: Float64Array, record: number, texts: Texts): KnownSpan => {
  const has = numbers[record + at.has]!
  return {
    name: texts[numbers[record + at.name]!]!,
    spanId: texts[numbers[record + at.span]!]!,
    parentSpanId: texts[numbers[record + at.parent]!] ?? null,
    meaning: {
      role: roles[numbers[record + at.role]!],
      attributes: {
        tool: texts[numbers[record + at.tool]!],
        model: texts[numbers[record + at.model]!],
        user_id: texts[numbers[record + at.user]!],
        session_id: texts[numbers[record + at.session]!],
        agent: texts[numbers[record + at.agent]!],
        agent_version: texts[numbers[record + at.version]!],
        ok: numbers[record + at.isNotOk] === 0,
        tokens_in: (has & measured.tokensIn) === 0 ? undefined : numbers[record + at.tokensIn],
        tokens_out: (has & measured.tokensOut) === 0 ? undefined : numbers[record + at.tokensOut],
        cached_tokens_in: (has & measured.cachedTokensIn) === 0 ? undefined : numbers[record + at.cached],
        cost_usd: (has & measured.costUsd) === 0 ? undefined : numbers[record + at.cost]
      }
    }
  }
}

const metricAt = (numbers: Float64Array, record: number, texts: Texts): MetricFacts => ({
  kind: "metric",
  name: metricNames.get(numbers[record + at.has]!)!,
  value: numbers[record + at.tokensIn]!,
  attributes: {
    model: texts[numbers[record + at.model]!],
    user_id: texts[numbers[record + at.user]!],
    session_id: texts[numbers[record + at.session]!]
  },
  emittedAt: "",
  traceId: texts[numbers[record + at.trace]!],
  spanId: texts[numbers[record + at.span]!]
})
