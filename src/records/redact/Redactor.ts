/**
 * What stands between the program and every record: it hides secrets, by key and by their looks, before anything is cut to its limits.
 *
 * A text is searched only as far as it can be kept, and a little further, so that no secret is cut before it is recognised. Nothing here throws: what a
 * rule fails on is hidden.
 */
import { type AttributeLimits, type AttributeValue, normalizeValue } from "../attributes.js"
import { handled } from "../promises.js"
import { remembered } from "../remembered.js"
import { cut, redacted, text } from "../text.js"
import type { ValueRules } from "../ValueRules.js"
import { redactAssignments } from "./assignments.js"
import { redactFlags } from "./flags.js"
import { isQueryKey, isSecretKey, isUserKey, keyMatcher, type KeyPattern, stateless } from "./keys.js"
import { redactListed } from "./listed.js"
import { pseudonyms } from "./pseudonym.js"
import { mayHoldAny, mayHoldKey, redactSecrets } from "./secrets.js"
import { redactParameters, redactTarget, redactUrls } from "./urls.js"

/** Where a value stands in a record. */
export type RedactionPlace = "span" | "metric" | "event" | "link" | "name" | "exception"

/** The rules of a redactor. */
export interface RedactorOptions {
  /** Keys whose values are hidden, beside the built-in ones. */
  readonly keys?: ReadonlyArray<KeyPattern> | undefined
  /** Keys whose values are not hidden because of the key. */
  readonly allowKeys?: ReadonlyArray<KeyPattern> | undefined
  /** What is hidden wherever it stands in a text, beside the built-in forms. */
  readonly values?: ReadonlyArray<RegExp> | undefined
  /** Asked of every attribute, name and exception in the end. */
  readonly redact?: ((key: string, value: AttributeValue, place: RedactionPlace) => unknown) | undefined
  /** Whether the built-in rules hold. Default `true`. */
  readonly defaults?: boolean | undefined
  /** Users get pseudonyms under this key. */
  readonly userKey?: Uint8Array | undefined
}

type Act = "keep" | "hide" | "query" | "user"

/** What is done with the value of a key. */
export interface KeyRule {
  /** The key as it was given. */
  readonly key: string
  /** The key as records hold it. */
  readonly name: string
  readonly act: Act
  /** The text that was given last for this key and may stay as it is: the next one is often the same. */
  plain: string
}

/** The longest key, and the longest name, that is kept whole, in characters. */
const keyLength = 256
const nameLength = 1024

/** Characters that are searched beyond what is kept, and dropped: no secret needs as much to be recognised. */
const margin = 4096

/** Longer texts are not remembered. */
const longestPlain = 256

/** Longer parameters are hidden whole. */
const longestQuery = 65_536

/** Shorter texts hold no secret that could be known: `pwd=x`. */
const shortest = 5

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === "function" || typeof value === "symbol"

/** Hides secrets in everything that becomes a record. */
export class Redactor implements ValueRules {
  /** What is done with the value of a key. */
  readonly ruleOf: (key: string) => KeyRule
  private readonly isSecret: (key: string) => boolean
  private readonly isAllowed: (key: string) => boolean
  private readonly hasDefaults: boolean
  private readonly hasKeys: boolean
  private readonly values: ReadonlyArray<RegExp>
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
    this.custom = options.redact
    this.pseudonym = options.userKey && pseudonyms(options.userKey)
    this.isSecret = remembered(1024, (key) => this.hidesKey(key, keys))
    this.ruleOf = remembered(1024, (key) => ({ key, name: this.text(key, keyLength), act: this.actOn(key), plain: "" }))
    this.mayHold = this.hasDefaults ? mayHoldAny : this.hasKeys ? mayHoldKey : () => false
    this.nameOf = remembered(1024, (name) => this.text(name, nameLength))
  }

  /** Whether the user's own function is asked of every attribute. */
  get asksUser(): boolean {
    return this.custom !== undefined
  }

  /** The name of a span, an event or a metric as records hold it: never empty. */
  name(name: unknown): string {
    handled(name)
    const safe = typeof name === "string" && name !== "" ? this.nameOf(name) : "<unnamed>"
    return this.custom === undefined ? safe : this.asText(this.ask("name", safe, "name"), nameLength)
  }

  /** What an exception says. */
  exception(message: string, max: number): string {
    const safe = this.text(message, max)
    return this.custom === undefined ? safe : this.asText(this.ask("exception", safe, "exception"), max)
  }

  /** An attribute, normalised and within the limits; `undefined` where it is dropped. */
  attribute(rule: KeyRule, value: unknown, limits: AttributeLimits, place: RedactionPlace): AttributeValue | undefined {
    const safe = normalizeValue(rule.act === "keep" ? value : this.instead(rule, value), limits, this)
    return this.custom === undefined || safe === undefined
      ? safe
      : normalizeValue(this.ask(rule.key, safe, place), limits, this)
  }

  /** Whether an attribute would be recorded exactly as it is. Quick; says no where that takes longer to find out. */
  keeps(key: string, value: unknown, limits: AttributeLimits): boolean {
    const rule = this.ruleOf(key)
    return rule.act === "keep" && rule.name === key && this.custom === undefined && this.keepsValue(rule, value, limits)
  }

  private keepsValue(rule: KeyRule, value: unknown, { valueLength }: AttributeLimits): boolean {
    switch (typeof value) {
      case "string":
        return value.length <= valueLength && (value === rule.plain || this.keepsText(rule, value))
      case "number":
        // Neither infinite nor a negative zero, of which JSON knows nothing.
        return value - value === 0 && (value !== 0 || 1 / value > 0)
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

  private instead({ act }: KeyRule, value: unknown): unknown {
    switch (act) {
      case "keep":
        return value
      case "hide":
        return isNothing(handled(value)) ? value : redacted
      case "query":
        return this.query(value)
      case "user":
        return this.user(value)
    }
  }

  text(value: string, max: number): string {
    if (value.length <= max ? this.isPlain(value) : max <= 0) {
      return text(value, max)
    }
    const window = 2 * max + margin
    if (value.length <= window) {
      return text(this.search(value), max)
    }
    const searched = this.search(value.slice(0, window)).slice(0, -margin)
    return cut(searched, max, value.length - window + margin)
  }

  /** The user's other name, where users have one. */
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

  /** Whether there is nothing to be found in a text; most are decided here. */
  private isPlain(value: string): boolean {
    return this.values.length === 0 && (value.length < shortest || !this.mayHold(value))
  }

  /** All that can be found in a text, found. */
  private search(value: string): string {
    try {
      const byForm = this.hasDefaults ? redactSecrets(redactUrls(value, this.isAllowed)) : value
      const byKey = this.hasKeys
        ? [redactAssignments, redactFlags, redactListed].reduce((safe, redact) => redact(safe, this.isSecret), byForm)
        : byForm
      return this.values.reduce(
        (safe, pattern) => safe.replace(pattern, (match) => match === "" ? "" : redacted),
        byKey
      )
    } catch {
      return redacted
    }
  }

  /** What the user's own function makes of a value. */
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

/** Hides nothing. */
export const noRedactor: Redactor = new Redactor({ defaults: false })
