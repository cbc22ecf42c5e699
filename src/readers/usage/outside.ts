/**
 * Reconciles measurements outside any trace with the spans of model calls that recorded the same usage.
 *
 * The Python original measures tokens and cost without saying where; its spans, from 0.11 on, say which agent and session they belong to. The
 * measurements are the total: they may cover calls that have no span. So each row counts what its spans say, or what was measured under its label if
 * that is more; the rest has no label. If the spans say more than was measured, they do not describe the same calls, and only the measurements count.
 */
import { Amounts, measured, quantities } from "./Amounts.js"
import type { Counted } from "./UsageTables.js"

/** Sums of dollars differ in their last digits, depending on the order. */
const tolerance = 1e-9

/** The usage of each row of one dimension, by label; `null` means no label. */
export const merged = (rows: ReadonlyMap<string | null, Counted>): ReadonlyMap<string | null, Amounts> => {
  const out = new Map([...rows].map(([label, { otherwise, sure }]) => {
    const amounts = sure.copy()
    amounts.add(otherwise)
    return [label, amounts] as const
  }))
  const whole = new Amounts()
  rows.forEach(({ outside }) => whole.add(outside))
  for (const [flag, key] of quantities) {
    if ((whole.has & flag) !== 0) {
      mergeOne(rows, out, flag, key, whole[key])
    }
  }
  return out
}

const mergeOne = (
  rows: ReadonlyMap<string | null, Counted>,
  out: Map<string | null, Amounts>,
  flag: number,
  key: (typeof quantities)[number][1],
  whole: number
): void => {
  let named = 0
  for (const [label, { otherwise, outside }] of rows) {
    named += label === null ? 0 : Math.max(otherwise[key], outside[key])
  }
  const rest = whole - named
  const fits = rest >= -tolerance * whole
  for (const [label, { otherwise, outside, sure }] of rows) {
    const amounts = out.get(label)!
    const more = !fits ? outside[key] : label === null ? Math.max(0, rest) : Math.max(otherwise[key], outside[key])
    amounts[key] = sure[key] + more
    amounts.has |= more > 0 || (outside.has & flag) !== 0 ? flag : 0
  }
  if (fits && rest > tolerance * whole && !rows.has(null)) {
    const unlabelled = out.get(null) ?? new Amounts()
    unlabelled.measure(flag, rest)
    out.set(null, unlabelled)
  }
}

/** Flags of the quantities for which spans say more than was measured outside any trace: only the measurements count. */
export const contradicted = (outside: Amounts, spans: Amounts): number =>
  quantities.reduce(
    (flags, [flag, key]) =>
      (outside.has & flag) !== 0 && spans[key] > outside[key] * (1 + tolerance) ? flags | flag : flags,
    0
  )

/** The total of one trace or file. What was measured outside any trace includes what the spans say. */
export const total = ({ otherwise, outside, sure }: Counted): Amounts => {
  const out = sure.copy()
  out.add(outside)
  out.add(otherwise, measured.all & ~outside.has)
  return out
}
