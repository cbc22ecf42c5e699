/**
 * Maps keys to actions. The help dialog lists the same keys.
 */
import type { PageState } from "../model/pageState.js"
import type { Actions } from "./actions.js"

/** The parts of the page that keys act on, besides the state. */
export interface KeyTargets {
  readonly search: HTMLInputElement
  readonly grid: HTMLElement
  readonly detail: HTMLElement
  readonly help: HTMLDialogElement
  readonly toggleTheme: () => void
  readonly pageSize: () => number
  readonly traceList: HTMLElement
}

export const keysOf = (actions: Actions, state: () => PageState, targets: KeyTargets): KeyActions => {
  const inList = () => document.activeElement === targets.traceList
  const down = (steps: number) => () => inList() ? actions.stepTrace(steps) : actions.step(steps)
  const page = (sign: number) => () => actions.step(sign * targets.pageSize())
  return {
    j: down(1),
    ArrowDown: down(1),
    k: down(-1),
    ArrowUp: down(-1),
    PageDown: page(1),
    PageUp: page(-1),
    Home: () => actions.step(-Infinity),
    End: () => actions.step(Infinity),
    ArrowRight: () => inList() ? targets.grid.focus() : actions.inwards(),
    ArrowLeft: actions.outwards,
    Enter: () => inList() ? targets.grid.focus() : targets.detail.focus(),
    "]": () => actions.stepTrace(1),
    "[": () => actions.stepTrace(-1),
    e: () => actions.nextError(false),
    E: () => actions.nextError(true),
    n: () => actions.nextMatch(false),
    N: () => actions.nextMatch(true),
    "+": () => actions.zoomBy(0.5),
    "=": () => actions.zoomBy(0.5),
    "-": () => actions.zoomBy(2),
    0: actions.zoomOut,
    h: () => actions.move(-0.25),
    l: () => actions.move(0.25),
    f: actions.zoomToSpan,
    c: actions.foldAll,
    x: actions.unfoldAll,
    s: () => actions.show(state().view === "summary" ? "traces" : "summary"),
    o: actions.toggleOnly,
    v: actions.nextTab,
    t: targets.toggleTheme,
    "/": () => targets.search.select(),
    "?": () => targets.help.showModal(),
    Escape: () => escape(actions, state(), targets)
  }
}

/** Goes back one step at a time: leaves the field or the details, then the summary, then clears the selection, then the search. */
const escape = (actions: Actions, state: PageState, { detail, grid, search }: KeyTargets): void => {
  const active = document.activeElement
  if (active === search || detail.contains(active)) {
    grid.focus()
  } else if (state.view === "summary") {
    actions.show("traces")
  } else if (state.selected >= 0) {
    actions.select(-1)
  } else if (state.queryText !== "") {
    actions.search("")
  }
}

export type KeyActions = { readonly [key: string]: (event: KeyboardEvent) => void }

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement

// Enter and Space press the focused element.
const isPressed = (event: KeyboardEvent): boolean =>
  event.target instanceof Element && event.target.closest("button, a, summary") !== null &&
  (event.key === "Enter" || event.key === " ")

/** Handles keys, except those typed into a field, other than Escape. */
export const listenToKeys = (actions: KeyActions): void => {
  document.addEventListener("keydown", (event) => {
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
    const isIgnored = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isPressed(event) ||
      document.querySelector("dialog[open]") !== null
    if (action === undefined || isIgnored || (isTyped(event.target) && event.key !== "Escape")) {
      return
    }
    event.preventDefault()
    action(event)
  })
}
