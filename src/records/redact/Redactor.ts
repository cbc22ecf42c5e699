/**
 * Hides secrets in everything that is recorded, by key and by form, before anything is cut to its limits.
 *
 * A text is searched only slightly beyond the part that is kept, so that no secret is cut before it is recognized. Nothing here throws: if a rule
 * fails, the value is hidden.
 */
import { type AttributeLimits, type AttributeValue, normalizeValue } from "../attributes.js"
import { exceptionKeys, typeName, typeOfText } from "../exceptionText.js"
import { memoize } from "../memoize.js"
import { isNothing, type ValueRules } from "../named.js"
import { handled } from "../promises.js"
import { cut, errorText, redacted, text, textIn } from "../text.js"
import { redactAssignments } from "./assignments.js"
import { redactFlags } from "./flags.js"
import { isFolder, isQueryKey, isSecretKey, isUserKey, keyMatcher, type KeyPattern, stateless } from "./keys.js"
import { redactListed } from "./listed.js"
import { inOnePiece } from "./scanning.js"
import { mayHoldAny, mayHoldKey, redactSecrets } from "./secrets.js"
import type { TextRule } from "./TextRule.js"
import { redactParameters, redactTarget, redactUrls } from "./urls.js"

/** The part of a record that holds a value. */
export type RedactionPlace = "span" | "metric" | "score" | "event" | "link" | "name" | "exception"

/** The rules of a redactor. */
export interface RedactorOptions {
  /** Keys whose values are hidden, in addition to the built-in ones. */
  readonly keys?: ReadonlyArray<KeyPattern> | undefined
  /** Keys whose values are not hidden, even if another rule for keys matches. */
  readonly allowKeys?: ReadonlyArray<KeyPattern> | undefined
  /** Matches are hidden anywhere in a text, in addition to the built-in forms. */
  readonly values?: ReadonlyArray<RegExp> | undefined
  /** An additional rule for texts, applied after the rules by form and key. */
  readonly rule?: TextRule | undefined
  /** `"type"`: only the type of an exception is recorded. Default `"full"`. */
  readonly exceptions?: "full" | "type" | undefined
  /** Called last, with every attribute, name and exception. */
  readonly redact?: ((key: string, value: AttributeValue, place: RedactionPlace) => unknown) | undefined
  /** Whether the built-in rules apply. Default `true`. */
  readonly defaults?: boolean | undefined
  /** Replaces a user by a pseudonym. Default: users are recorded as they are. */
  readonly pseudonym?: ((user: string) => string) | undefined
}

type Act = "keep" | "hide" | "query" | "user" | "type" | "drop"

/** How the values of a key are treated. */
export interface KeyRule {
  /** The original key. */
  readonly key: string
  /** The key in records. */
  readonly name: string
  readonly act: Act
  /** The last text of this key that needed no change. The next one is often the same. */
  plain: string
}

/** Longer keys and names are cut, in characters. */
const keyLength = 256
const nameLength = 1024

/** How many characters are searched beyond what is kept: no secret needs more to be recognized. */
const margin = 4096

/** Longer texts are not kept in `plain`. */
const longestPlain = 256

/** Longer query strings are hidden completely. */
const longestQuery = 65_536

/** The shortest text that can hold a recognizable secret: `pwd=x`. */
const shortest = 5

/** The longest common prefix of two texts. */
const commonStart = (one: string, other: string): string => {
  let end = 0
  while (end < one.length && one[end] === other[end]) {
    end++
  }
  return one.slice(0, end)
}

/** Hides secrets in everything that becomes a record. */
export class Redactor implements ValueRules {
  /** How the values of a key are treated. */
  readonly ruleOf: (key: string) => KeyRule
  /** Whether only the type of an exception is recorded. */
  readonly onlyTypes: boolean
  readonly searchesWhole: boolean
  private readonly isSecret: (key: string) => boolean
  private readonly isAllowed: (key: string) => boolean
  private readonly hasDefaults: boolean
  private readonly hasKeys: boolean
  private readonly values: ReadonlyArray<RegExp>
  private readonly rule: TextRule | undefined
  private readonly custom: RedactorOptions["redact"]
  private readonly pseudonym: ((user: string) => string) | undefined
  private readonly nameOf: (name: string) => string
  private readonly mayHold: (text: string) => boolean

  constructor(options: RedactorOptions = {}) {
    const keys = keyMatcher(options.keys ?? [])
    this.isAllowed = keyMatcher(options.allowKeys ?? [])
    this.hasDefaults = options.defaults !== false
    this.hasKeys = this.hasDefaults || (options.keys ?? []).length > 0
    this.values = (options.values ?? []).map((pattern) => stateless(pattern, "g"))
    this.searchesWhole = this.values.length > 0
    this.rule = options.rule
    this.onlyTypes = options.exceptions === "type"
    this.custom = options.redact
    this.pseudonym = options.pseudonym
    this.isSecret = memoize(1024, (key) => this.hidesKey(key, keys))
    this.ruleOf = memoize(1024, (key) => ({ key, name: this.text(key, keyLength), act: this.actOn(key), plain: "" }))
    this.mayHold = this.hasDefaults ? mayHoldAny : this.hasKeys ? mayHoldKey : () => false
    this.nameOf = memoize(1024, (name) => this.text(name, nameLength))
  }

  /** Whether there is a custom `redact` function. */
  get asksUser(): boolean {
    return this.custom !== undefined
  }

  /** The recorded name of a span, event, metric or score; never empty. */
  name(name: unknown): string {
    handled(name)
    const safe = typeof name === "string" && name !== "" ? this.nameOf(name) : "<unnamed>"
    return this.custom === undefined ? safe : this.asText(this.ask("name", safe, "name"), nameLength)
  }

  /** The recorded message of an exception, at most `max` characters. */
  exception(message: string, max: number): string {
    const safe = this.text(message, max)
    return this.custom === undefined ? safe : this.asText(this.ask("exception", safe, "exception"), max)
  }

  /** An attribute, normalised and within the limits; `undefined` if it is dropped. */
  attribute(rule: KeyRule, value: unknown, limits: AttributeLimits, place: RedactionPlace): AttributeValue | undefined {
    const safe = normalizeValue(rule.act === "keep" ? value : this.instead(rule, value), limits, this)
    return this.custom === undefined || safe === undefined
      ? safe
      : normalizeValue(this.ask(rule.key, safe, place), limits, this)
  }

  /** Whether an attribute would be recorded unchanged. Fast; may return `false` for such an attribute if finding out would take longer. */
  keeps(key: string, value: unknown, limits: AttributeLimits): boolean {
    const rule = this.ruleOf(key)
    return rule.act === "keep" && rule.name === key && this.custom === undefined && this.keepsValue(rule, value, limits)
  }

  private keepsValue(rule: KeyRule, value: unknown, { valueLength }: AttributeLimits): boolean {
    switch (typeof value) {
      case "string":
        return value.length <= valueLength && (value === rule.plain || this.keepsText(rule, value))
      case "number":
        // JSON has neither infinities nor a negative zero.
        return value - value === 0 && (value !== 0 || 1 / value > 0) && this.rule?.hidesNumber?.(value) !== true
      default:
        return typeof value === "boolean"
    }
  }

  private keepsText(rule: KeyRule, value: string): boolean {
    if (!this.isPlain(value) || !value.isWellFormed()) {
      return false
    }
    if (value.length <= longestPlain) {
      rule.plain = value
    }
    return true
  }

  given(key: string, value: unknown): unknown {
    return this.instead(this.ruleOf(key), value)
  }

  private instead({ act, key }: KeyRule, value: unknown): unknown {
    switch (act) {
      case "keep":
        return value
      case "hide":
        return isNothing(handled(value)) || (typeof value === "string" && isFolder(key, value)) ? value : redacted
      case "query":
        return this.query(value)
      case "user":
        return this.user(value)
      case "type":
        return isNothing(handled(value)) ? value : typeOfText(typeof value === "string" ? value : "")
      case "drop":
        handled(value)
        return undefined
    }
  }

  error(error: Error): string {
    return this.onlyTypes ? typeName(textIn(() => error.name)) : errorText(error)
  }

  number(value: number): number | string {
    return this.rule?.hidesNumber?.(value) === true ? redacted : value
  }

  text(value: string, max: number): string {
    if (value.length <= max ? this.isPlain(value) : max <= 0) {
      return text(value, max)
    }
    const window = 2 * max + margin
    if (value.length <= window) {
      return text(this.search(value), max)
    }
    const searched = this.search(value.slice(0, window))
    // Hiding shortens the text, so the end of the window, where secrets may be incomplete, may fall into the kept part.
    const kept = searched.length - margin >= max
      ? searched.slice(0, -margin)
      : commonStart(searched, this.search(value.slice(0, window - margin)))
    return cut(kept, max, value.length - window + margin)
  }

  /** The user, replaced by a pseudonym if there are pseudonyms. */
  user(value: unknown): unknown {
    if (this.pseudonym === undefined || isNothing(handled(value))) {
      return value
    }
    return typeof value === "object" ? redacted : this.pseudonym(String(value))
  }

  private query(value: unknown): unknown {
    if (typeof value !== "string") {
      return value
    }
    return value.length > longestQuery
      ? redacted
      : value.includes("?") || value.startsWith("#")
      ? redactTarget(value, this.isAllowed)
      : redactParameters(value, this.isAllowed)
  }

  private actOn(key: string): Act {
    return this.isSecret(key)
      ? "hide"
      : this.onlyTypes && exceptionKeys.has(key)
      ? exceptionKeys.get(key)!
      : this.pseudonym !== undefined && isUserKey(key)
      ? "user"
      : this.hasDefaults && isQueryKey(key) && !this.isAllowed(key)
      ? "query"
      : "keep"
  }

  private hidesKey(key: string, isGiven: (key: string) => boolean): boolean {
    try {
      return (isGiven(key) || (this.hasDefaults && isSecretKey(key))) && !this.isAllowed(key)
    } catch {
      return true
    }
  }

  /** Whether a text certainly contains no secret. Decides most texts. */
  private isPlain(value: string): boolean {
    return this.values.length === 0 && (value.length < shortest || !this.mayHold(value)) &&
      (this.rule === undefined || !this.rule.mayHold(value))
  }

  /** The text without secrets. */
  private search(given: string): string {
    const value = inOnePiece(given)
    try {
      const byForm = this.hasDefaults ? redactSecrets(redactUrls(value, this.isAllowed)) : value
      const byKey = this.hasKeys
        ? [redactAssignments, redactFlags, redactListed].reduce((safe, redact) => redact(safe, this.isSecret), byForm)
        : byForm
      return this.values.reduce(
        (safe, pattern) => safe.replace(pattern, (match) => match === "" ? "" : redacted),
        this.rule === undefined ? byKey : this.rule.redact(byKey)
      )
    } catch {
      return redacted
    }
  }

  /** The result of the custom `redact` function. */
  private ask(key: string, value: AttributeValue, place: RedactionPlace): unknown {
    try {
      return handled(this.custom!(key, value, place))
    } catch {
      return redacted
    }
  }

  private asText(value: unknown, max: number): string {
    return typeof value === "string" && value !== "" ? this.text(value, max) : redacted
  }
}

/** Applies only the built-in rules. */
export const builtInRedactor: Redactor = /* @__PURE__ */ new Redactor()

/** Hides nothing. */
export const noRedactor: Redactor = /* @__PURE__ */ new Redactor({ defaults: false })
