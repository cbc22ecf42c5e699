/**
 * Two assignment problems of the textbooks, on plain numbers.
 *
 * Sources: H. W. Kuhn, "The Hungarian method for the assignment problem" (1955), in the form with potentials of J. Munkres (1957), O(n³);
 * maximum bipartite matching by augmenting paths (C. Berge, 1957), O(n·m).
 */

/** For each row of a square table the column that is assigned to it, each column once, so that the sum of the costs is the least. */
export const leastCost = (size: number, cost: (row: number, column: number) => number): ReadonlyArray<number> => {
  const rowOffset = new Float64Array(size + 1)
  const columnOffset = new Float64Array(size + 1)
  // Index 0 is no column and no row: rows and columns count from 1 inside.
  const rowOf = new Int32Array(size + 1)
  for (let row = 1; row <= size; row++) {
    rowOf[0] = row
    const { before, free } = shortestPath(size, cost, rowOf, rowOffset, columnOffset)
    for (let column = free; column !== 0; column = before[column]!) {
      rowOf[column] = rowOf[before[column]!]!
    }
  }
  const columnOf = Array.from({ length: size }, () => 0)
  rowOf.forEach((row, column) => column > 0 && (columnOf[row - 1] = column - 1))
  return columnOf
}

/** The cheapest way from the row of column 0 to a column that no row has, and the columns on that way. */
const shortestPath = (
  size: number,
  cost: (row: number, column: number) => number,
  rowOf: Int32Array,
  rowOffset: Float64Array,
  columnOffset: Float64Array
): { readonly before: Int32Array; readonly free: number } => {
  const before = new Int32Array(size + 1)
  const least = new Float64Array(size + 1).fill(Infinity)
  const done = new Uint8Array(size + 1)
  let column = 0
  while (rowOf[column] !== 0) {
    done[column] = 1
    const row = rowOf[column]!
    let step = Infinity
    let next = 0
    for (let other = 1; other <= size; other++) {
      if (done[other] === 0) {
        const reduced = cost(row - 1, other - 1) - rowOffset[row]! - columnOffset[other]!
        if (reduced < least[other]!) {
          least[other] = reduced
          before[other] = column
        }
        if (least[other]! < step) {
          step = least[other]!
          next = other
        }
      }
    }
    for (let other = 0; other <= size; other++) {
      if (done[other] === 1) {
        rowOffset[rowOf[other]!]! += step
        columnOffset[other]! -= step
      } else {
        least[other]! -= step
      }
    }
    column = next
  }
  return { before, free: column }
}

/**
 * For each left one the right one that it is matched with, or -1: as many pairs as can be, of those that fit. A left one that comes
 * early is matched if it can be; it does not lose its match to a later one.
 */
export const mostPairs = (
  lefts: number,
  rights: number,
  fits: (left: number, right: number) => boolean
): ReadonlyArray<number> => {
  const leftOf = Array.from({ length: rights }, () => -1)
  for (let left = 0; left < lefts; left++) {
    const free = leftOf.findIndex((taken, right) => taken === -1 && fits(left, right))
    if (free >= 0) {
      leftOf[free] = left
    } else {
      augment(left, leftOf, fits)
    }
  }
  const rightOf = Array.from({ length: lefts }, () => -1)
  leftOf.forEach((left, right) => left >= 0 && (rightOf[left] = right))
  return rightOf
}

/** Breadth first, and so without recursion: a path can be as long as there are pairs. */
const augment = (start: number, leftOf: Array<number>, fits: (left: number, right: number) => boolean): void => {
  const from = new Map<number, number>()
  const queue = [start]
  for (const left of queue) {
    for (let right = 0; right < leftOf.length; right++) {
      if (!from.has(right) && fits(left, right)) {
        from.set(right, left)
        if (leftOf[right] === -1) {
          return turn(right, start, from, leftOf)
        }
        queue.push(leftOf[right]!)
      }
    }
  }
}

/** Gives each left one on the path its new right one, from the free one back to where the path began. */
const turn = (free: number, start: number, from: ReadonlyMap<number, number>, leftOf: Array<number>): void => {
  let right = free
  for (;;) {
    const left = from.get(right)!
    const previous = leftOf.indexOf(left)
    leftOf[right] = left
    if (left === start) {
      return
    }
    right = previous
  }
}
