/**
 * What is asked while a value is made safe, so that secrets are hidden before anything is cut: half of a secret is recognised no more.
 */
import { text } from "./text.js"

/** Decides what stands in the place of texts and of the values of keys. Nothing here throws. */
export interface ValueRules {
  /** A text without secrets, at most `max` characters. */
  readonly text: (value: string, max: number) => string
  /** What stands for the value of this key: the value itself, or something else. Asked before the value is looked into. */
  readonly given: (key: string, value: unknown) => unknown
}

/** Hides nothing. */
export const noRules: ValueRules = { text, given: (_, value) => value }
