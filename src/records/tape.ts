/**
 * What is recorded for a cassette besides content, and the sum that tells whether a record still holds all of a text: what was cut or redacted has another.
 */

/** Of a recorded span with content. */
export interface TapeAttributes {
  /** JSON: the sums of its content, and when the parts of an answer arrived. */
  readonly tape?: string | undefined
}

/** Of a recorded `loom.model.stream`. */
export interface TapedCallAttributes extends TapeAttributes {
  /** JSON: the parts of the answer as the vendor's layer gave them. */
  readonly response_parts?: string | undefined
}

/** The sum of a text that is known in pieces. */
export class TapeSum {
  static readonly none: TapeSum = new TapeSum(0, 0x811c9dc5)

  private constructor(private readonly length: number, private readonly hash: number) {}

  /** The sum with one more piece. */
  and(piece: string): TapeSum {
    let { hash } = this
    for (let index = 0; index < piece.length; index++) {
      hash = Math.imul(hash ^ piece.charCodeAt(index), 0x01000193)
    }
    return new TapeSum(this.length + piece.length, hash)
  }

  toString(): string {
    return `${this.length.toString(36)}-${(this.hash >>> 0).toString(36)}`
  }
}

/** The length and 32 bits of FNV-1a over the UTF-16 code units, as text. Not for secrets. */
export const tapeSum = (text: string): string => TapeSum.none.and(text).toString()
