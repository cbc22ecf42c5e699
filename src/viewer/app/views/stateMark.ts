/**
 * How a span's or trace's state is said without colour: a sign and a word.
 */
import type { SpanState } from "../../model/TraceView.js"
import { element, inline } from "../dom.js"

/** The sign of a state; nothing for success, which is what a reader takes for granted. */
export const stateSign: { readonly [State in SpanState]: string } = {
  success: "",
  failure: "✕",
  interrupted: "⊘",
  open: "◌"
}

/** A state in a word. */
export const stateWord: { readonly [State in SpanState]: string } = {
  success: "succeeded",
  failure: "failed",
  interrupted: "interrupted",
  open: "open"
}

/** The sign in its colour, beside a word that says the same. */
export const stateSignBeside = (state: SpanState): HTMLElement =>
  element(
    "span",
    { class: "state", attributes: { "data-state": state, "aria-hidden": "true" } },
    stateSign[state] || "✓"
  )

/** The sign in its colour, with the word for who listens. */
export const stateMark = (state: SpanState, sign = stateSign[state]): HTMLElement =>
  element(
    "span",
    { class: "state", attributes: { "data-state": state, title: stateWord[state] } },
    sign,
    inline("spoken", stateWord[state])
  )
