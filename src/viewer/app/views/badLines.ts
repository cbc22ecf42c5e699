/**
 * The dialog that lists the lines that could not be read, and why.
 */
import { formatCount, formatNumberOf, oneLine } from "../../model/format.js"
import type { TraceBook } from "../../model/TraceBook.js"
import { block, dialog, element } from "../dom.js"

/** Shows the first bad lines of the book. */
export const showBadLines = (book: TraceBook): void => {
  const lines = book.bad.map(({ error, line, torn }) =>
    block(
      "event",
      block(
        "",
        `Line ${formatCount(line)}${torn ? " (torn)" : ""}: ${oneLine(error.field ?? "")} ${oneLine(error.problem)}`
      ),
      block("value dim", oneLine(error.source))
    )
  )
  const more = book.badTotal - lines.length
  const shown = dialog(
    `${formatNumberOf(book.badTotal, "line")} could not be read`,
    { "aria-label": "Lines that could not be read" },
    ...lines,
    more > 0 ? element("p", { class: "dim" }, `and ${formatCount(more)} more`) : undefined
  )
  shown.addEventListener("close", () => shown.remove())
  document.body.append(shown)
  shown.showModal()
}
