/**
 * The causes of an error: `cause`, and the `errors` of an `AggregateError`, each with their own causes, depth first.
 *
 * Bounded in depth and number. Nothing here throws: a getter that throws ends its chain.
 */
import * as Cause from "effect/Cause"
import { handled } from "../../records/promises.js"

/** Maximum depth and number of the causes read for one error. */
const deepest = 8
const most = 16

/** The property that marks errors of `@effect/ai`. Their messages quote prompts, answers and tool parameters, which are private by default. */
const quotesContent = "~@effect/ai/AiError"

/** Whether the messages of an error and of its causes are private. */
export const isPrivate = (value: unknown): boolean =>
  typeof value === "object" && value !== null && quotesContent in value

/** A cause and its label. */
export interface FoundCause {
  /** `Caused by`, or with its position among several: `Caused by (1 of 2)`. */
  readonly label: string
  readonly value: unknown
}

const read = (get: () => unknown): unknown => {
  try {
    return handled(get())
  } catch {
    return undefined
  }
}

const nothing: ReadonlyArray<FoundCause> = []

const directCauses = (error: Error): ReadonlyArray<FoundCause> => {
  const cause = read(() => error.cause)
  const errors = error instanceof AggregateError ? read(() => [...error.errors.slice(0, most + 1)]) : undefined
  const several = Array.isArray(errors) ? errors : []
  const count = error instanceof AggregateError ? read(() => error.errors.length) : 0
  return [
    ...several.map((value, index) => ({
      label: `Caused by (${index + 1} of ${Number(count)})`,
      value: handled(value)
    })),
    ...(cause === undefined || cause === null ? nothing : [{ label: "Caused by", value: cause }])
  ]
}

/** The error without the proxy that `Effect.fail` puts around it, or without its `Cause`. */
const unwrapped = (value: unknown): unknown => {
  try {
    return Cause.originalError(Cause.isCause(value) ? Cause.squash(value) : value)
  } catch {
    return value
  }
}

/** The causes of an error, in order. A repeated one is `<circular>`; if some were left out, the last is `…`. */
export const causesOf = (error: Error): ReadonlyArray<FoundCause> => {
  const found: Array<FoundCause> = []
  const seen = new Set<unknown>([error])
  const visit = (of: Error, depth: number): void => {
    for (const { label, value: given } of directCauses(of)) {
      if (found.length >= most || depth > deepest) {
        if (found.at(-1)?.value !== "…") {
          found.push({ label: "Caused by", value: "…" })
        }
        return
      }
      const value = unwrapped(given)
      const isSeen = value instanceof Error && seen.has(value)
      found.push({ label, value: isSeen ? "<circular>" : value })
      if (value instanceof Error && !isSeen && !isPrivate(value)) {
        seen.add(value)
        visit(value, depth + 1)
      }
    }
  }
  visit(error, 1)
  return found
}
