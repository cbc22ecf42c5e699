/**
 * The header of the waterfall: the trace's title and totals, and buttons for the most common keys.
 */
import { formatCount, formatDuration, formatNumberOf, formatUsd, fullTime, oneLine } from "../../model/format.js"
import { attributeText } from "../../model/kind.js"
import type { PageState } from "../../model/pageState.js"
import type { TraceView } from "../../model/TraceView.js"
import { block, button, type Child, element, fill, inline, setAttributes } from "../dom.js"
import { signNextToWord, stateWord } from "./stateMark.js"

/** The buttons' actions. */
export interface HeadActions {
  readonly nextError: () => void
  readonly nextMatch: () => void
  readonly foldAll: () => void
  readonly unfoldAll: () => void
  readonly zoomOut: () => void
}

export interface TraceHead {
  readonly element: HTMLElement
  readonly draw: (state: PageState) => void
}

export const makeTraceHead = (actions: HeadActions): TraceHead => {
  const what = block("figures")
  const title = element("h2", { class: "clip" })
  const error = button("", "The next failed span (e)", actions.nextError)
  const match = button("", "The next match (n)", actions.nextMatch)
  const whole = button("Whole trace", "Show the whole trace (0)", actions.zoomOut)
  const tools = block(
    "tools",
    match,
    error,
    whole,
    button("Fold", "Fold everything (c)", actions.foldAll),
    button("Unfold", "Unfold everything (x)", actions.unfoldAll)
  )
  return {
    element: block("head", title, what, tools),
    draw: ({ matching, trace, zoomed }) => {
      if (trace === undefined) {
        return
      }
      fill(title, trace.state === "success" ? undefined : signNextToWord(trace.state), " ", oneLine(trace.title))
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
      : inline(`status is-${trace.state}`, stateWord[trace.state]),
    element("b", {}, formatDuration(trace.totalMs)),
    inline("", formatNumberOf(trace.spans.length, "span")),
    tokensIn + tokensOut === 0
      ? undefined
      : inline("", `${formatCount(tokensIn)} → ${formatCount(tokensOut)} tokens`),
    costUsd === null || costUsd === 0 ? undefined : inline("", element("b", {}, formatUsd(costUsd))),
    user === "" ? undefined : inline("clip", oneLine(user)),
    session === "" ? undefined : inline("clip", oneLine(session)),
    inline("", fullTime(trace.startedAt))
  ]
}
