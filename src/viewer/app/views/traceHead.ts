/**
 * What stands above the waterfall: whose trace it is, its sums, and the buttons for what the keys do too.
 */
import { formatCount, formatDuration, formatNumberOf, formatUsd, fullTime, oneLine } from "../../model/format.js"
import { attributeText } from "../../model/kind.js"
import type { PageState } from "../../model/pageState.js"
import type { TraceView } from "../../model/TraceView.js"
import { button, type Child, element, fill, setAttributes } from "../dom.js"
import { stateSignBeside, stateWord } from "./stateMark.js"

/** What the buttons do. */
export interface HeadActions {
  readonly nextError: () => void
  readonly nextMatch: () => void
  readonly foldAll: () => void
  readonly unfoldAll: () => void
  readonly zoomOut: () => void
}

/** The head in the document. */
export interface TraceHead {
  readonly element: HTMLElement
  readonly draw: (state: PageState) => void
}

/** Makes the head. */
export const makeTraceHead = (actions: HeadActions): TraceHead => {
  const what = element("div", { class: "figures" })
  const title = element("h2", { class: "clip" })
  const error = button("", "The next failed span (e)", actions.nextError)
  const match = button("", "The next match (n)", actions.nextMatch)
  const whole = button("Whole trace", "Show the whole trace (0)", actions.zoomOut)
  const tools = element(
    "div",
    { class: "tools" },
    match,
    error,
    whole,
    button("Fold", "Fold everything (c)", actions.foldAll),
    button("Unfold", "Unfold everything (x)", actions.unfoldAll)
  )
  return {
    element: element("div", { class: "head" }, title, what, tools),
    draw: ({ matching, trace, zoomed }) => {
      if (trace === undefined) {
        return
      }
      fill(title, trace.state === "success" ? undefined : stateSignBeside(trace.state), " ", oneLine(trace.title))
      fill(what, ...figures(trace))
      error.textContent = `✕ ${trace.failed} failed`
      match.textContent = formatNumberOf(matching.length, "match", "matches")
      setAttributes(error, { hidden: trace.failed === 0 })
      setAttributes(match, { hidden: matching.length === 0 })
      setAttributes(whole, { hidden: !zoomed })
    }
  }
}

const figures = (trace: TraceView): ReadonlyArray<Child> => {
  const { costUsd, tokensIn, tokensOut } = trace.usage
  const root = trace.spans[0]?.attributes ?? {}
  const user = attributeText(root, "user_id")
  const session = attributeText(root, "session_id")
  return [
    trace.state === "success"
      ? undefined
      : element("span", { class: `status is-${trace.state}` }, stateWord[trace.state]),
    element("b", {}, formatDuration(trace.totalMs)),
    element("span", {}, formatNumberOf(trace.spans.length, "span")),
    tokensIn + tokensOut === 0
      ? undefined
      : element("span", {}, `${formatCount(tokensIn)} → ${formatCount(tokensOut)} tokens`),
    costUsd === null || costUsd === 0 ? undefined : element("span", {}, element("b", {}, formatUsd(costUsd))),
    user === "" ? undefined : element("span", { class: "clip" }, oneLine(user)),
    session === "" ? undefined : element("span", { class: "clip" }, oneLine(session)),
    element("span", {}, fullTime(trace.startedAt))
  ]
}
