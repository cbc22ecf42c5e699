/**
 * The dialog that tells which lines could not be read, and why.
 */
import { formatCount, formatNumberOf, oneLine } from "../../model/format.js"
import type { TraceBook } from "../../model/TraceBook.js"
import { button, element } from "../dom.js"

/** Shows the first bad lines of the book. */
export const showBadLines = (book: TraceBook): void => {
  const dialog: HTMLDialogElement = element(
    "dialog",
    { attributes: { "aria-label": "Lines that could not be read" } },
    element(
      "header",
      {},
      `${formatNumberOf(book.badTotal, "line")} could not be read`,
      element("span", { class: "grow" }),
      button("✕", "Close (Esc)", () => dialog.close(), { class: "button plain" })
    ),
    element(
      "div",
      { class: "inside" },
      ...book.bad.map(({ error, line, torn }) =>
        element(
          "div",
          { class: "event" },
          element(
            "div",
            {},
            `Line ${formatCount(line)}${torn ? " (torn)" : ""}: ${oneLine(error.field ?? "")} ${oneLine(error.problem)}`
          ),
          element("div", { class: "value dim" }, oneLine(error.source))
        )
      ),
      book.badTotal > book.bad.length
        ? element("p", { class: "dim" }, `and ${formatCount(book.badTotal - book.bad.length)} more`)
        : undefined
    )
  )
  dialog.addEventListener("close", () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
