/**
 * The page's address follows what is shown, and what is shown follows the address: links, the Back button, a reload.
 */
import { type PageState, routeOf, withRoute } from "../model/pageState.js"
import { formatRoute, parseRoute } from "../model/route.js"
import type { Store } from "./store.js"

/** Milliseconds that the address waits for the next step: browsers refuse hundreds of changes in a few seconds, and a key that is held makes them. */
const patience = 150

/** Keeps both the same from now on. */
export const followAddress = (store: Store<PageState>): void => {
  let leading = false
  let waiting: ReturnType<typeof setTimeout> | undefined
  addEventListener("popstate", () => {
    leading = true
    store.update((state) => withRoute(state, parseRoute(location.hash)))
    leading = false
  })
  // Else the way back would lead to an address that names nothing. One that names what is not there yet stays.
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
