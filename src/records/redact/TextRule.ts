/** A rule for texts, in addition to the rules for secrets. */
export interface TextRule {
  /** Whether a text may contain something to hide. Must be fast, because every text of every record is tested. */
  readonly mayHold: (text: string) => boolean
  /** The text with `<redacted>` in place of what the rule hides. Must be linear in the length of the text. */
  readonly redact: (text: string) => string
  /** Whether the rule hides this number. Called for numbers that are not part of a text. */
  readonly hidesNumber?: ((value: number) => boolean) | undefined
}
