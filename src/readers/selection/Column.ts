/**
 * A growing list of numbers, four or eight bytes each, in blocks: it never copies what it holds.
 */
const blockSize = 65_536

type Block = Float64Array | Uint32Array

export class Column {
  private readonly blocks: Array<Block> = []
  length = 0

  constructor(private readonly makeBlock: (size: number) => Block) {}

  static whole32(): Column {
    return new Column((size) => new Uint32Array(size))
  }

  static float64(): Column {
    return new Column((size) => new Float64Array(size))
  }

  push(value: number): void {
    const at = this.length++
    if (at % blockSize === 0) {
      this.blocks.push(this.makeBlock(blockSize))
    }
    this.blocks[(at / blockSize) | 0]![at % blockSize] = value
  }

  get(at: number): number {
    return this.blocks[(at / blockSize) | 0]![at % blockSize]!
  }

  set(at: number, value: number): void {
    this.blocks[(at / blockSize) | 0]![at % blockSize] = value
  }
}
