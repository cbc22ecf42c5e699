/**
 * Bar charts of the summary: one bar per bucket, with its meaning as its title. Pressing a bar narrows the search to its bucket.
 */
import { block, button, element, fill } from "../dom.js"

export interface Bar {
  /** The bar's share of the highest one, from 0 to 1. */
  readonly share: number
  /** The failed part of the bar, from 0 to 1. */
  readonly failed: number
  readonly title: string
  /** The text under the bar; may be empty. */
  readonly label: string
  /** `undefined` for a bar that cannot be searched for. */
  readonly onPress: (() => void) | undefined
}

export interface Chart {
  readonly element: HTMLElement
  /** `top` is the value of the highest bar. Nothing is shown without bars. */
  readonly draw: (bars: ReadonlyArray<Bar>, top: string) => void
}

export const makeChart = (title: string): Chart => {
  const top = element("span", { class: "dim" })
  const plot = block("plot")
  const figure = element("section", { class: "chart" }, element("h2", {}, title, " ", top), plot)
  return {
    element: figure,
    draw: (bars, highest) => {
      figure.hidden = bars.length === 0
      top.textContent = highest
      fill(plot, ...bars.map(barView))
    }
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

const barView = ({ failed, label, onPress, share, title }: Bar): HTMLElement => {
  const made = button("", title, onPress ?? (() => undefined), {
    class: "column",
    attributes: { "aria-label": title, disabled: share === 0 || onPress === undefined }
  })
  made.append(
    element(
      "span",
      { class: "room" },
      element(
        "i",
        { style: { height: share === 0 ? "0" : `max(2px, ${percent(share)})` } },
        failed === 0 ? undefined : element("b", { style: { height: percent(failed) } })
      )
    ),
    element("span", { class: "label" }, label)
  )
  return made
}
