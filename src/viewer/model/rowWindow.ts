/**
 * Which rows of a long list are in the document: those on the screen and a few around them, whatever the list's length.
 *
 * Rows have one height, in pixels. Nothing here touches the document.
 */

/** Where a list stands. */
export interface Viewport {
  readonly scrollTop: number
  /** Of what can be seen, in pixels. */
  readonly height: number
  readonly rowHeight: number
  /** Rows in the list. */
  readonly count: number
}

/** The rows `first` to `last - 1`. */
export interface RowWindow {
  readonly first: number
  readonly last: number
}

/** The rows to draw, with `around` more above and below, so that a fast wheel shows no gaps. */
export const rowWindow = ({ count, height, rowHeight, scrollTop }: Viewport, around: number): RowWindow => {
  const top = Math.floor(scrollTop / rowHeight)
  const bottom = Math.ceil((scrollTop + height) / rowHeight)
  const last = Math.min(count, Math.max(0, bottom + around))
  return { first: Math.min(Math.max(0, top - around), last), last }
}

/** The `scrollTop` that shows a row whole, as near to the present one as it can be. */
export const scrollToRow = ({ count, height, rowHeight, scrollTop }: Viewport, row: number): number => {
  const top = Math.min(Math.max(row, 0), Math.max(0, count - 1)) * rowHeight
  if (top < scrollTop) {
    return top
  }
  return top + rowHeight > scrollTop + height ? top + rowHeight - height : scrollTop
}
