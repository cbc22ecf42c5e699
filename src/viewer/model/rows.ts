/**
 * The rows of a long list: which ones folding leaves visible, and which of those are in the document.
 *
 * Spans come in the order of a walk through the tree, each before its children, and know how many spans are below them, so folding one skips that many: one
 * pass without recursion, however deep the trace. Only the rows on the screen and a few around them are in the document. Nothing here touches it.
 */

/** The part of a span that folding needs. */
export interface FoldableRow {
  /** Spans in its subtree, itself included; ≥ 1. */
  readonly size: number
  /** The index of its parent, or -1. */
  readonly parent: number
}

/** The indices of the visible rows, in order; if `kept` is given, only those it marks. */
export const visibleRows = (
  rows: ReadonlyArray<FoldableRow>,
  folded: ReadonlySet<number>,
  kept?: Uint8Array
): Uint32Array => {
  const visible = new Uint32Array(rows.length)
  let count = 0
  for (let index = 0; index < rows.length;) {
    const isKept = kept === undefined || kept[index] === 1
    if (isKept) {
      visible[count++] = index
    }
    // If a row is not kept, nothing below it is.
    index += !isKept || folded.has(index) ? rows[index]!.size : 1
  }
  return visible.subarray(0, count)
}

/** Marks these rows and all their ancestors with 1. */
export const withAncestors = (rows: ReadonlyArray<FoldableRow>, indices: ReadonlyArray<number>): Uint8Array => {
  const kept = new Uint8Array(rows.length)
  for (const index of indices) {
    for (let at = index; at >= 0 && kept[at] === 0; at = rows[at]!.parent) {
      kept[at] = 1
    }
  }
  return kept
}

/** The folds with all ancestors of this span unfolded; the same set if none is folded. */
export const unfoldedTo = (
  rows: ReadonlyArray<FoldableRow>,
  folded: ReadonlySet<number>,
  index: number
): ReadonlySet<number> => {
  const above = ancestors(rows, index).filter((ancestor) => folded.has(ancestor))
  if (above.length === 0) {
    return folded
  }
  const next = new Set(folded)
  above.forEach((ancestor) => next.delete(ancestor))
  return next
}

/** The indices of a span's ancestors, nearest first. */
export const ancestors = (rows: ReadonlyArray<FoldableRow>, index: number): ReadonlyArray<number> => {
  const above: Array<number> = []
  for (let at = rows[index]?.parent ?? -1; at >= 0; at = rows[at]!.parent) {
    above.push(at)
  }
  return above
}

/** The position of an index among the visible rows, or -1. */
export const positionOf = (visible: Uint32Array, index: number): number => {
  let low = 0
  let high = visible.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    if (visible[middle] === index) {
      return middle
    }
    if (visible[middle]! < index) {
      low = middle + 1
    } else {
      high = middle - 1
    }
  }
  return -1
}

export interface Viewport {
  readonly scrollTop: number
  /** Of the visible part, in pixels. */
  readonly height: number
  readonly rowHeight: number
  readonly count: number
}

/** The rows `first` to `last - 1`. */
export interface RowWindow {
  readonly first: number
  readonly last: number
}

/** The rows to draw, with `around` more above and below, so that fast scrolling shows no gaps. */
export const rowWindow = ({ count, height, rowHeight, scrollTop }: Viewport, around: number): RowWindow => {
  const top = Math.floor(scrollTop / rowHeight)
  const bottom = Math.ceil((scrollTop + height) / rowHeight)
  const last = Math.min(count, Math.max(0, bottom + around))
  return { first: Math.min(Math.max(0, top - around), last), last }
}

/** The `scrollTop` closest to the current one that shows the whole row. */
export const scrollToRow = ({ count, height, rowHeight, scrollTop }: Viewport, row: number): number => {
  const top = Math.min(Math.max(row, 0), Math.max(0, count - 1)) * rowHeight
  if (top < scrollTop) {
    return top
  }
  return top + rowHeight > scrollTop + height ? top + rowHeight - height : scrollTop
}
