/**
 * The header of the waterfall: the trace's title and totals, and buttons for the most common keys.
 */
import { formatCount, formatDuration, formatNumberOf, formatUsd, fullTime, oneLine } from "../../model/format.js"
import { attributeText } from "../../model/kind.js"
import type { PageState } from "../../model/pageState.js"
import { tabs, type TraceTab } from "../../model/route.js"
import type { TraceView } from "../../model/TraceView.js"
import { block, button, type Child, element, fill, inline, setAttributes } from "../dom.js"
import { scoreButtons } from "./scoreViews.js"
import { signNextToWord, stateWord } from "./stateMark.js"

export interface HeadActions {
  readonly nextError: () => void
  readonly nextMatch: () => void
  readonly toggleOnly: () => void
  readonly foldAll: () => void
  readonly unfoldAll: () => void
  readonly zoomOut: () => void
  /** Back to the list of traces, on a small screen. */
  readonly back: () => void
  readonly showTab: (tab: TraceTab) => void
  readonly select: (index: number) => void
}

export interface TraceHead {
  readonly element: HTMLElement
  readonly draw: (state: PageState) => void
}

const tabTitle: { readonly [Tab in TraceTab]: string } = {
  timeline: "Timeline",
  conversation: "Conversation",
  agents: "Agents"
}

export const makeTraceHead = (actions: HeadActions): TraceHead => {
  const what = block("figures")
  const scores = block("scores")
  const title = element("h2", { class: "clip" })
  const back = button("‹ Traces", "Back to the list", actions.back, { class: "button back" })
  const error = button("", "The next failed span (e)", actions.nextError)
  const match = button("", "The next match (n)", actions.nextMatch)
  const only = button("Only these", "Hide what the search does not find (o)", actions.toggleOnly)
  const whole = button("Whole trace", "Show the whole trace (0)", actions.zoomOut)
  const fold = button("Fold", "Fold everything (c)", actions.foldAll)
  const unfold = button("Unfold", "Unfold everything (x)", actions.unfoldAll)
  const tools = block("tools", match, only, error, whole, fold, unfold)
  const tabButtons = tabs.map((tab) =>
    button(tabTitle[tab], "Switch between timeline, conversation and agents (v)", () => actions.showTab(tab), {
      class: "tab",
      attributes: { role: "tab" }
    })
  )
  const tabList = element(
    "div",
    { class: "tabs", attributes: { role: "tablist", "aria-label": "Trace" } },
    ...tabButtons
  )
  let drawn: TraceView | undefined
  return {
    element: block("head", block("first", back, title, what), scores, block("second", tabList, tools)),
    draw: ({ matching, only: isOnly, tab, trace, zoomed }) => {
      if (trace === undefined) {
        return
      }
      fill(title, trace.state === "success" ? undefined : signNextToWord(trace.state), " ", oneLine(trace.title))
      fill(what, ...figures(trace))
      if (trace !== drawn) {
        drawn = trace
        scores.hidden = trace.scores.length === 0
        fill(scores, ...scoreButtons(trace, actions.select))
      }
      error.textContent = `✕ ${trace.failed} failed`
      match.textContent = formatNumberOf(matching.length, "match", "matches")
      const isTimeline = tab === "timeline"
      error.hidden = trace.failed === 0
      match.hidden = matching.length === 0
      setAttributes(only, { hidden: !isTimeline || matching.length === 0, "aria-pressed": String(isOnly) })
      whole.hidden = !isTimeline || !zoomed
      fold.hidden = !isTimeline
      unfold.hidden = !isTimeline
      tabButtons.forEach((shown, at) => setAttributes(shown, { "aria-selected": String(tabs[at] === tab) }))
    }
  }
}

const figures = (trace: TraceView): ReadonlyArray<Child> => {
  const { costUsd, tokensIn, tokensOut } = trace.usage
  const root = trace.spans[0]?.known ?? {}
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
