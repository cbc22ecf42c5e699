/**
 * Shows the state of a span or trace without relying on color: a sign and a word.
 */
import type { SpanState } from "../../model/TraceView.js"
import { element, inline } from "../dom.js"

/** The sign of a state; empty for success, the normal case. */
export const stateSign: { readonly [State in SpanState]: string } = {
  success: "",
  failure: "✕",
  interrupted: "⊘",
  open: "◌"
}

export const stateWord: { readonly [State in SpanState]: string } = {
  success: "succeeded",
  failure: "failed",
  interrupted: "interrupted",
  open: "open"
}

/** The colored sign, for use next to the word. */
export const signNextToWord = (state: SpanState): HTMLElement =>
  element(
    "span",
    { class: "state", attributes: { "data-state": state, "aria-hidden": "true" } },
    stateSign[state] || "✓"
  )

/** The colored sign, with the word for screen readers. */
export const stateMark = (state: SpanState, sign = stateSign[state]): HTMLElement =>
  element(
    "span",
    { class: "state", attributes: { "data-state": state, title: stateWord[state] } },
    sign,
    inline("spoken", stateWord[state])
  )
