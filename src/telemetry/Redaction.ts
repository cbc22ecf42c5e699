/**
 * What is hidden before any sink sees it: secrets in attributes, events, links, metrics, names and exceptions, also of spans of other libraries.
 *
 * On by default. Read when a sink's layer is built: provide it to the layer, not to the program; a fan-out uses the one around it. What is hidden is
 * hidden in every sink, OpenTelemetry included. The one trap: a secret without a form of its own is only known by its key, so name keys for what they
 * hold, and wrap secrets in Effect's `Redacted`, which never shows.
 */
import * as Context from "effect/Context"
import * as Redacted from "effect/Redacted"
import type { AttributeValue } from "../records/attributes.js"
import type { KeyPattern } from "../records/redact/keys.js"
import { noRedactor, type RedactionPlace, Redactor } from "../records/redact/Redactor.js"

/** Rules beside the built-in ones. */
export interface RedactionOptions {
  /**
   * Keys whose values are hidden, nested ones too. A text is a name: case and `-_.` are ignored, and the last segment of a dotted key is enough.
   * An expression is asked of the whole key.
   */
  readonly keys?: ReadonlyArray<KeyPattern>
  /** Keys whose values are not hidden because of the key, parameters of URLs among them. What looks like a secret is hidden under any key. */
  readonly allowKeys?: ReadonlyArray<KeyPattern>
  /**
   * What is hidden wherever it stands in a text: each match becomes `<redacted>`. They run on every text, on up to about 20 000 characters with the
   * default limits, so they should be linear.
   */
  readonly values?: ReadonlyArray<RegExp>
  /**
   * Asked of every attribute, name and exception after all other rules, with what a record would hold: its answer is recorded. `undefined` drops the
   * attribute. Where it throws, `<redacted>` is recorded. It may be asked twice of the same value. The keys of names and exceptions are `name` and
   * `exception`.
   */
  readonly redact?: (key: string, value: AttributeValue, place: RedactionPlace) => AttributeValue | undefined
  /**
   * Puts a pseudonym in the place of every `user_id`, on spans and metrics: 128 bits of an HMAC-SHA-256 under this key, so that a user has the same
   * one in every process that has the key. `true`, or an empty key, takes a random one that lives as long as this value. Whoever has the key can
   * find out who somebody is: it is a pseudonym, not anonymity. The program's `RunContext` keeps the user as it is.
   */
  readonly hashUserId?: boolean | string | Redacted.Redacted
  /** Whether the built-in rules hold. Default `true`. */
  readonly defaults?: boolean
}

const randomKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32))

const userKey = (given: RedactionOptions["hashUserId"]): Uint8Array | undefined => {
  if (given === undefined || given === false) {
    return undefined
  }
  const key = given === true ? "" : Redacted.isRedacted(given) ? Redacted.value(given) : given
  return key === "" ? randomKey() : new TextEncoder().encode(key)
}

const make = ({ hashUserId, ...rules }: RedactionOptions = {}): Redactor =>
  new Redactor({ ...rules, userKey: userKey(hashUserId) })

const builtIn = make()

/**
 * The redaction of a sink layer.
 *
 * @example
 * const Live = ConsoleTelemetryLive.pipe(
 *   Layer.provide(Layer.succeed(Redaction, Redaction.make({ keys: ["salary"], hashUserId: "a key from the configuration" })))
 * )
 */
export class Redaction extends Context.Reference<Redaction>()("loom-telemetry/Redaction", {
  defaultValue: (): Redactor => builtIn
}) {
  /** A redaction with rules of one's own, beside the built-in ones or in their stead. */
  static readonly make: (options?: RedactionOptions) => Redactor = make

  /** The built-in rules alone; they hold where nothing is provided. */
  static readonly default: Redactor = builtIn

  /** Hides nothing but Effect's `Redacted`. */
  static readonly none: Redactor = noRedactor
}
