/**
 * Counts the scores of a summary by name: how many, their mean and range, and how often each label was given, in bounded memory.
 */
import type { ScoreData } from "../../records/ScoreData.js"
import type { ScoreSource } from "../../records/ScoreRecord.js"

/** All scores of one name. */
export interface ScoreRow {
  /** Untrusted text: escape it. */
  readonly name: string
  /** Whether it stands for all names beyond the limit. */
  readonly other: boolean
  /** Scores, those without a value included. */
  readonly count: number
  /** Scores with a value. */
  readonly valued: number
  /** `null` if no score has a value. */
  readonly mean: number | null
  /** `null` if no score has a value. */
  readonly min: number | null
  /** `null` if no score has a value. */
  readonly max: number | null
  /** How often each label was given, the most frequent first; only the first hundred labels are counted separately. */
  readonly labels: ReadonlyArray<{ readonly label: string; readonly count: number }>
  /** How many each source gave. */
  readonly sources: { readonly [Source in ScoreSource]: number }
}

/** Labels of one name that are counted separately. */
const mostLabels = 100

const otherLabel = "(other)"

/**
 * The mean of numbers, to 15 significant digits, which a number holds exactly of any decimal: the mean of 0.7, 0.9 and 0.8 is 0.8 in any order, so a
 * gate at
 * 0.8 lets it pass.
 */
class Mean {
  count = 0
  private sum = 0
  private lost = 0
  private running = 0

  // A. Neumaier's compensated summation (1974).
  add(value: number): void {
    const sum = this.sum + value
    this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - sum + value : value - sum + this.sum
    this.sum = sum
    this.count++
    this.running += value / this.count - this.running / this.count
  }

  /** `null` if there are no numbers. */
  get value(): number | null {
    const sum = this.sum + this.lost
    const mean = Number.isFinite(sum) ? sum / this.count : this.running
    return this.count === 0 ? null : Number(mean.toPrecision(15))
  }
}

class Row {
  private count = 0
  private readonly mean = new Mean()
  private min = Infinity
  private max = -Infinity
  private readonly labels = new Map<string, number>()
  private readonly sources = { code: 0, model: 0, human: 0 }

  constructor(readonly name: string, readonly other: boolean) {}

  add({ label, source, value }: ScoreData): void {
    this.count++
    this.sources[source]++
    if (value !== null) {
      this.mean.add(value)
      this.min = Math.min(this.min, value)
      this.max = Math.max(this.max, value)
    }
    if (label !== null) {
      const counted = this.labels.has(label) || this.labels.size < mostLabels ? label : otherLabel
      this.labels.set(counted, (this.labels.get(counted) ?? 0) + 1)
    }
  }

  finished(): ScoreRow {
    const { count, labels, max, mean, min, name, other, sources } = this
    const valued = mean.count
    return {
      name,
      other,
      count,
      valued,
      mean: mean.value,
      min: valued === 0 ? null : min,
      max: valued === 0 ? null : max,
      labels: Array.from(labels, ([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count),
      sources: { ...sources }
    }
  }
}

/** Counts scores. */
export class ScoreTable {
  private readonly rows = new Map<string, Row>()
  private others: Row | undefined = undefined

  /** Names beyond `mostNames` are counted together. */
  constructor(private readonly mostNames: number) {}

  add(score: ScoreData): void {
    this.row(score.name).add(score)
  }

  /** The rows, the largest first. */
  finished(): ReadonlyArray<ScoreRow> {
    return [...this.rows.values(), ...(this.others === undefined ? [] : [this.others])]
      .map((row) => row.finished())
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
  }

  private row(name: string): Row {
    const known = this.rows.get(name)
    if (known !== undefined) {
      return known
    }
    if (this.rows.size >= this.mostNames) {
      return this.others ??= new Row(otherLabel, true)
    }
    const row = new Row(name, false)
    this.rows.set(name, row)
    return row
  }
}
