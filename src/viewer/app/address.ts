/**
 * Keeps the page's address and its state in step: links, the Back button, a reload.
 */
import { type PageState, routeOf, withRoute } from "../model/pageState.js"
import { formatRoute, parseRoute } from "../model/route.js"
import type { Store } from "./store.js"

/** Milliseconds before the address is updated: browsers refuse hundreds of changes in a few seconds, and holding a key makes that many. */
const patience = 150

/** Keeps both in step from now on. */
export const followAddress = (store: Store<PageState>): void => {
  let leading = false
  let waiting: ReturnType<typeof setTimeout> | undefined
  addEventListener("popstate", () => {
    leading = true
    store.update((state) => withRoute(state, parseRoute(location.hash)))
    leading = false
  })
  // Otherwise Back would lead to an empty address. An address of something that has not arrived yet stays.
  if (location.hash === "") {
    history.replaceState(null, "", formatRoute(routeOf(store.get())) || location.pathname + location.search)
  }
  store.subscribe((state, before) => {
    const hash = formatRoute(routeOf(state))
    if (leading || hash === location.hash) {
      return
    }
    clearTimeout(waiting)
    const isStep = before.trace !== undefined &&
      (state.view !== before.view || state.trace?.traceId !== before.trace.traceId)
    const write = () =>
      history[isStep ? "pushState" : "replaceState"](null, "", hash || location.pathname + location.search)
    if (isStep) {
      write()
    } else {
      waiting = setTimeout(write, patience)
    }
  })
}
