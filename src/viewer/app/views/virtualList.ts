/**
 * A long list with only the rows on the screen in the document.
 *
 * All rows have the same height. The list scrolls and positions rows; the caller renders them. The trap: rows off the screen are removed, so the list itself
 * keeps the focus and `aria-activedescendant` names the selected row.
 */
import { rowWindow, scrollToRow, type Viewport } from "../../model/rows.js"
import { element, setAttributes } from "../dom.js"

export interface VirtualListOptions {
  /** Pixels. */
  readonly rowHeight: number
  readonly attributes: { readonly [name: string]: string }
  /** Renders the row at a position; the list positions it. */
  readonly renderRow: (position: number) => HTMLElement
}

export interface VirtualList {
  /** The scrolling element, which takes the focus. */
  readonly element: HTMLElement
  /** Sets the number of rows and redraws the visible ones. */
  readonly draw: (count: number) => void
  /** Makes a row the active one, and scrolls to it if asked; -1 for none. */
  readonly activate: (position: number, scroll: boolean) => void
  /** Number of rows that fit on the screen, at least 1. */
  readonly pageSize: () => number
}

/** Extra rows drawn above and below the screen. */
const around = 12

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
