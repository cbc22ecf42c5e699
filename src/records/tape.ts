/**
 * What is recorded for cassettes in addition to content, and the checksum that shows whether a recorded text is complete: after truncation or
 * redaction it no longer matches.
 */

/** Attributes of a recorded span with content. */
export interface TapeAttributes {
  /** JSON: the checksums of its content, and when the parts of a response arrived. */
  readonly tape?: string | undefined
}

/** Attributes of a recorded `loom.model.stream`. */
export interface TapedCallAttributes extends TapeAttributes {
  /** JSON: the parts of the response, as the provider's layer emitted them. */
  readonly response_parts?: string | undefined
}

/** The checksum of a text that arrives in pieces. */
export class TapeSum {
  static readonly none: TapeSum = new TapeSum(0, 0x811c9dc5)

  private constructor(private readonly length: number, private readonly hash: number) {}

  /** The checksum after one more piece. */
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

/** The checksum of a text: its length and a 32-bit FNV-1a hash of its UTF-16 code units. Not cryptographic. */
export const tapeSum = (text: string): string => TapeSum.none.and(text).toString()
