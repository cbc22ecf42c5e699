/**
 * A long list of which only the rows on the screen are in the document.
 *
 * All rows have one height. The list owns the scrolling and the rows' places; what a row is, its caller makes. The trap: a row that leaves the
 * screen is gone, so focus stays on the list itself and `aria-activedescendant` names the chosen row.
 */
import { rowWindow, scrollToRow, type Viewport } from "../../model/rows.js"
import { element, setAttributes } from "../dom.js"

/** How a list is made. */
export interface VirtualListOptions {
  /** Pixels. */
  readonly rowHeight: number
  readonly attributes: { readonly [name: string]: string }
  /** The row at a position; it is placed by the list. */
  readonly renderRow: (position: number) => HTMLElement
}

/** A list in the document. */
export interface VirtualList {
  /** Scrolls, and takes the focus. */
  readonly element: HTMLElement
  /** Says how many rows there are, and draws all that can be seen anew. */
  readonly draw: (count: number) => void
  /** Scrolls so that a row can be seen, and names it as the active one; -1 names none. */
  readonly activate: (position: number, scroll: boolean) => void
  /** Rows that fit on the screen, at least 1. */
  readonly pageSize: () => number
}

/** Rows above and below the screen that are drawn too. */
const around = 12

/** Makes a list. */
export const makeVirtualList = (options: VirtualListOptions): VirtualList => {
  const body = element("div", { class: "list-body", attributes: { role: "presentation" } })
  const scroller = element("div", { class: "list", attributes: { tabindex: 0, ...options.attributes } }, body)
  const rows = new Map<number, HTMLElement>()
  let count = 0

  const viewport = (): Viewport => ({
    scrollTop: scroller.scrollTop,
    height: scroller.clientHeight,
    rowHeight: options.rowHeight,
    count
  })

  const place = (position: number): void => {
    const row = options.renderRow(position)
    row.classList.add("list-row")
    row.style.setProperty("top", `${position * options.rowHeight}px`)
    row.style.setProperty("height", `${options.rowHeight}px`)
    rows.set(position, row)
    body.append(row)
  }

  const drawMissing = (): void => {
    const { first, last } = rowWindow(viewport(), around)
    for (const [position, row] of rows) {
      if (position < first || position >= last) {
        row.remove()
        rows.delete(position)
      }
    }
    for (let position = first; position < last; position++) {
      if (!rows.has(position)) {
        place(position)
      }
    }
  }

  scroller.addEventListener("scroll", drawMissing, { passive: true })
  new ResizeObserver(drawMissing).observe(scroller)

  return {
    element: scroller,
    draw: (newCount) => {
      count = newCount
      body.style.setProperty("height", `${count * options.rowHeight}px`)
      body.replaceChildren()
      rows.clear()
      drawMissing()
    },
    activate: (position, scroll) => {
      if (scroll && position >= 0) {
        scroller.scrollTop = scrollToRow(viewport(), position)
        drawMissing()
      }
      setAttributes(scroller, { "aria-activedescendant": rows.get(position)?.id || undefined })
    },
    pageSize: () => Math.max(1, Math.floor(scroller.clientHeight / options.rowHeight) - 1)
  }
}
