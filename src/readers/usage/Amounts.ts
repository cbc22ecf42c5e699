/**
 * Sums of tokens and dollars: four numbers, and which of them were ever measured. Unknown is not zero: a call without a known price has no cost.
 */

/** Tokens and cost. */
export interface Usage {
  /** All input tokens, cached ones included. */
  readonly tokensIn: number
  /** All output tokens, reasoning included. */
  readonly tokensOut: number
  /** The part of `tokensIn` that was read from a cache. */
  readonly cachedTokensIn: number
  /** US dollars; `null` if nothing priced was recorded. */
  readonly costUsd: number | null
}

/** Flags for measured quantities; combine with `|`. */
export const measured = { tokensIn: 1, tokensOut: 2, cachedTokensIn: 4, costUsd: 8, all: 15 } as const

export class Amounts {
  tokensIn = 0
  tokensOut = 0
  cachedTokensIn = 0
  costUsd = 0
  has = 0

  /** Adds the quantities of another that `which` flags. */
  add(other: Amounts, which: number = measured.all): void {
    this.put(other.has & which, other.tokensIn, other.tokensOut, other.cachedTokensIn, other.costUsd)
  }

  /** Adds to the quantity that `which` flags. */
  measure(which: number, value: number): void {
    this.put(which, value, value, value, value)
  }

  /** Adds the values that `which` flags. */
  put(which: number, tokensIn: number, tokensOut: number, cachedTokensIn: number, costUsd: number): void {
    this.has |= which
    if ((which & measured.tokensIn) !== 0) {
      this.tokensIn += tokensIn
    }
    if ((which & measured.tokensOut) !== 0) {
      this.tokensOut += tokensOut
    }
    if ((which & measured.cachedTokensIn) !== 0) {
      this.cachedTokensIn += cachedTokensIn
    }
    if ((which & measured.costUsd) !== 0) {
      this.costUsd += costUsd
    }
  }

  copy(which: number = measured.all): Amounts {
    const out = new Amounts()
    out.add(this, which)
    return out
  }

  usage(): Usage {
    return {
      tokensIn: this.tokensIn,
      tokensOut: this.tokensOut,
      cachedTokensIn: this.cachedTokensIn,
      costUsd: (this.has & measured.costUsd) === 0 ? null : this.costUsd
    }
  }
}

/** Each quantity by its flag. */
export const quantities = [
  [measured.tokensIn, "tokensIn"],
  [measured.tokensOut, "tokensOut"],
  [measured.cachedTokensIn, "cachedTokensIn"],
  [measured.costUsd, "costUsd"]
] as const

/** What a run used without the runs inside it: its totals include theirs. */
export const minus = (totals: Amounts, inside: Amounts | undefined): Amounts => {
  if (inside === undefined) {
    return totals
  }
  const out = new Amounts()
  out.put(
    totals.has,
    Math.max(0, totals.tokensIn - inside.tokensIn),
    Math.max(0, totals.tokensOut - inside.tokensOut),
    Math.max(0, totals.cachedTokensIn - inside.cachedTokensIn),
    Math.max(0, totals.costUsd - inside.costUsd)
  )
  return out
}

/** The greater of each quantity: a run's totals, or those of the runs inside it if it has none. */
export const greater = (a: Amounts, b: Amounts | undefined): Amounts => {
  const out = a.copy()
  if (b !== undefined) {
    out.has |= b.has
    out.tokensIn = Math.max(a.tokensIn, b.tokensIn)
    out.tokensOut = Math.max(a.tokensOut, b.tokensOut)
    out.cachedTokensIn = Math.max(a.cachedTokensIn, b.cachedTokensIn)
    out.costUsd = Math.max(a.costUsd, b.costUsd)
  }
  return out
}

/**
 * Whether an amount repeats the one inside it: the same tokens, or else the same in each quantity that both have. The prices of two producers may
 * differ, and one of them may count cached input apart.
 */
export const repeats = (amounts: Amounts, inside: Amounts | undefined): boolean => {
  const both = amounts.has & (inside?.has ?? 0)
  if (inside === undefined || both === 0) {
    return false
  }
  const same = (key: (typeof quantities)[number][1]): boolean => isClose(amounts[key], inside[key])
  const tokens = measured.tokensIn | measured.tokensOut
  return (both & tokens) === tokens && amounts.tokensIn + amounts.tokensOut > 0
    ? same("tokensOut") && (same("tokensIn") || inside.cachedTokensIn > 0 && same("cachedTokensIn"))
    : quantities.every(([flag, key]) => (both & flag) === 0 || same(key))
}

/** Sums of dollars differ in their last digits. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(a, b)
