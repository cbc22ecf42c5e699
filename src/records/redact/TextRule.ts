/** A rule for texts, in addition to those for secrets. */
export interface TextRule {
  /** Whether a text may hold what the rule hides. Fast, because every text of every record is tested. */
  readonly mayHold: (text: string) => boolean
  /** The text with `<redacted>` in place of what the rule hides. Linear in the length of the text. */
  readonly redact: (text: string) => string
  /** Whether the rule hides this number, which stands outside of a text. */
  readonly hidesNumber?: ((value: number) => boolean) | undefined
}
