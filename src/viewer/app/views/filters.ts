/**
 * The search field, and the buttons and lists that edit it.
 *
 * The text of the field is the only state: choosing a user in a list writes `user:alice` into the field, and typing that selects the user in the list.
 */
import { oneLine } from "../../model/format.js"
import { type Query, type QueryField, queryFields, type QueryState, withField, withState } from "../../model/query.js"
import type { TraceView } from "../../model/TraceView.js"
import { block, button, element, fill, setAttributes } from "../dom.js"

export interface Filters {
  readonly element: HTMLElement
  readonly search: HTMLInputElement
  readonly draw: (text: string, query: Query, traces: ReadonlyArray<TraceView>) => void
}

/** At most this many values are in a list: longer lists are useless for scrolling, and typing `session:…` finds any value. */
const maxValues = 500

/** Milliseconds without typing before the search runs. */
const patience = 40

/** Makes the filters; `onText` is called with every new search text. */
export const makeFilters = (onText: (text: string) => void): Filters => {
  const search = element("input", {
    attributes: {
      id: "search",
      type: "search",
      placeholder: "Search spans, or user:alice is:failed",
      "aria-label": "Search",
      spellcheck: "false",
      autocomplete: "off"
    }
  })
  let waiting: ReturnType<typeof setTimeout> | undefined
  search.addEventListener("input", () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => onText(search.value), patience)
  })
  const rewrite = (change: (text: string) => string) => {
    clearTimeout(waiting)
    onText(change(search.value))
  }
  const toggles = stateToggles(rewrite)
  const lists = queryFields.map((field) => fieldList(field, rewrite))
  let listed: ReadonlyArray<TraceView> | undefined

  return {
    search,
    element: element(
      "div",
      { class: "filters", attributes: { role: "search" } },
      block("search", search, element("kbd", { attributes: { "aria-hidden": "true" } }, "/")),
      ...toggles.map(({ element }) => element),
      ...lists.map(({ element }) => element)
    ),
    draw: (text, query, traces) => {
      if (search.value !== text) {
        search.value = text
      }
      if (listed !== traces) {
        listed = traces
        lists.forEach((list) => list.offer(traces))
      }
      toggles.forEach((toggle) => toggle.draw(query))
      lists.forEach((list) => list.draw(query))
    }
  }
}

type Rewrite = (change: (text: string) => string) => void

const stateToggles = (rewrite: Rewrite) =>
  ([["failed", "✕ Failed"], ["open", "◌ Open"], ["interrupted", "⊘ Interrupted"]] as const).map(([state, text]) =>
    stateToggle(state, text, rewrite)
  )

const stateToggle = (state: QueryState, text: string, rewrite: Rewrite) => {
  const toggle = button(text, `Only traces with ${state} spans`, () => {
    const on = toggle.getAttribute("aria-pressed") === "true"
    rewrite((before) => withState(before, state, !on))
  })
  return {
    element: toggle,
    draw: (query: Query) => setAttributes(toggle, { "aria-pressed": String(query.states.has(state)) })
  }
}

const fieldList = (field: QueryField, rewrite: Rewrite) => {
  const name = `${field[0]!.toUpperCase()}${field.slice(1)}`
  const option = (value: string, text: string) => element("option", { attributes: { value } }, text)
  const select = element("select", {
    attributes: { "aria-label": name, title: `Only traces of this ${field}`, disabled: true },
    on: { change: () => rewrite((before) => withField(before, field, select.value === "" ? undefined : select.value)) }
  }, option("", name))
  let offered: ReadonlyArray<string> = []
  const offer = (traces: ReadonlyArray<TraceView>) => {
    const values = mostFrequent(field, traces)
    // Filling an open list would close it.
    if (offered.length === values.length && offered.every((value, index) => value === values[index])) {
      return
    }
    offered = values
    select.disabled = values.length === 0
    fill(select, option("", name), ...values.map((value) => option(value, oneLine(value))))
  }
  return {
    element: select,
    offer,
    draw: (query: Query) => {
      const value = query.fields.get(field) ?? ""
      if (value !== "" && ![...select.options].some((known) => known.value === value)) {
        select.append(option(value, oneLine(value)))
      }
      select.value = value
      select.classList.toggle("chosen", value !== "")
    }
  }
}

const mostFrequent = (field: QueryField, traces: ReadonlyArray<TraceView>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const trace of traces) {
    for (const value of trace.values.get(field) ?? []) {
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, maxValues).map(([value]) => value)
}
