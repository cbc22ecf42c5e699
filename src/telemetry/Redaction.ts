/**
 * Redaction: hides secrets before any sink sees them, in attributes, events, links, metrics, scores, names and exceptions, including spans of other
 * libraries.
 *
 * On by default, for every sink including OpenTelemetry. Read when a sink's layer is built: provide it to the layer, not to the program; a fan-out
 * uses the one around it. The trap: a secret without a known format is recognized only by its key, so name keys for what they hold, and wrap secrets
 * in Effect's `Redacted`, which is always hidden.
 */
import * as Context from "effect/Context"
import * as Redacted from "effect/Redacted"
import type { AttributeValue } from "../records/attributes.js"
import type { KeyPattern } from "../records/redact/keys.js"
import { personalRule } from "../records/redact/personal/personalRule.js"
import { pseudonyms } from "../records/redact/pseudonyms.js"
import { builtInRedactor, noRedactor, type RedactionPlace, Redactor } from "../records/redact/Redactor.js"
import type { TextRule } from "../records/redact/TextRule.js"
import { redactionKey } from "./contextKeys.js"

/** Rules in addition to the built-in ones. */
export interface RedactionOptions {
  /**
   * Keys whose values are hidden, at any depth. A string is compared ignoring case and `-_.`, and also matches the last segment of a dotted key.
   * A regular expression is tested against the whole key.
   */
  readonly keys?: ReadonlyArray<KeyPattern>
  /** Keys, including URL parameters, whose values are not hidden because of the key. Values that look like secrets are hidden under any key. */
  readonly allowKeys?: ReadonlyArray<KeyPattern>
  /**
   * Patterns to hide in any text: each match becomes `<redacted>`. They run on every text, up to about 20 000 characters with the default limits,
   * so they should run in linear time.
   */
  readonly values?: ReadonlyArray<RegExp>
  /**
   * Called with every attribute, name and exception after all other rules; its result is recorded. `undefined` drops the attribute. If it throws,
   * `<redacted>` is recorded. It is called once per value, regardless of the number of sinks and of other tracers; if another tracer is in use, also
   * with the message and the stack of each error. The key is `name` for names, `exception` for exceptions, and `label` or `explanation` for a
   * score's texts.
   */
  readonly redact?: (key: string, value: AttributeValue, place: RedactionPlace) => AttributeValue | undefined
  /**
   * Replaces every `user_id` on spans and metrics with a pseudonym: 128 bits of an HMAC-SHA-256 under this key, the same in every process that has
   * the key. `true`, or an empty key, uses a random key that lives as long as this value. Anyone with the key can identify users: this is
   * pseudonymous, not anonymous. The program's `RunContext` is unchanged.
   */
  readonly hashUserId?: boolean | string | Redacted.Redacted
  /**
   * `"type"`: only the type of an exception is recorded, such as `TypeError`, without message, stack and causes. This includes spans of other
   * libraries, `exception` events, errors in attributes, and the attribute `error` of tools. Default `"full"`.
   */
  readonly exceptions?: "full" | "type"
  /** Whether the built-in rules apply. Default `true`. */
  readonly defaults?: boolean
}

const randomKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32))

const pseudonymBy = (given: RedactionOptions["hashUserId"]): ((user: string) => string) | undefined => {
  if (given === undefined || given === false) {
    return undefined
  }
  const key = given === true ? "" : Redacted.isRedacted(given) ? Redacted.value(given) : given
  return pseudonyms(key === "" ? randomKey() : new TextEncoder().encode(key))
}

const make = ({ hashUserId, ...rules }: RedactionOptions = {}, rule?: TextRule): Redactor =>
  new Redactor({ ...rules, rule, pseudonym: pseudonymBy(hashUserId) })

/**
 * The redaction of a sink layer.
 *
 * @example
 * const Live = ConsoleTelemetryLive.pipe(
 *   Layer.provide(Layer.succeed(Redaction, Redaction.make({ keys: ["salary"], hashUserId: "a key from the configuration" })))
 * )
 */
export class Redaction extends Context.Reference<Redaction>()(redactionKey, {
  defaultValue: (): Redactor => builtInRedactor
}) {
  /** A redaction with your own rules, in addition to the built-in ones or, with `defaults: false`, instead of them. */
  static readonly make: (options?: RedactionOptions) => Redactor = (options) => make(options)

  /**
   * Like `make`, and also hides personal data in every text: e-mail addresses, phone numbers, payment card numbers and IP addresses, recognized by
   * their published formats. Names and postal addresses have no such format and are not hidden.
   *
   * @example
   * Layer.succeed(Redaction, Redaction.personal({ hashUserId: true }))
   */
  static readonly personal: (options?: RedactionOptions) => Redactor = (options) => make(options, personalRule)

  /** Only the built-in rules; the default. */
  static readonly default: Redactor = builtInRedactor

  /** Hides nothing except Effect's `Redacted`. */
  static readonly none: Redactor = noRedactor
}
