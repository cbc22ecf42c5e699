/**
 * A call for tests of prices.
 */
import type { PricedCall, Usage } from "loom-telemetry/agent"

export const million = 1_000_000

/** Usage with these counts; the required ones are 0 by default. */
export const usage = (of: Partial<Usage>): Usage => ({
  tokensIn: 0,
  tokensOut: 0,
  ...of
})

/** A call of Claude Opus 4 with a million input tokens, unless something else is given. */
export const call = (of: Partial<PricedCall>): PricedCall => ({
  model: "claude-opus-4-20250514",
  provider: "anthropic",
  usage: usage({ tokensIn: million }),
  at: new Date("2026-01-01"),
  ...of
})
