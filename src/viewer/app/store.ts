/**
 * The state of the page: one value, replaced step by step, and whoever wants to know of it.
 *
 * Listeners run at once, in the order in which they came, and are given the state before, so that each redraws only what has changed for it.
 */

/** A value that can be watched. */
export interface Store<State> {
  readonly get: () => State
  /** Takes a step. Listeners are called unless it leads nowhere. */
  readonly update: (step: (state: State) => State) => void
  readonly subscribe: (listener: (state: State, before: State) => void) => void
}

/** A store that holds this value. */
export const makeStore = <State>(initial: State): Store<State> => {
  let state = initial
  const listeners: Array<(state: State, before: State) => void> = []
  return {
    get: () => state,
    update: (step) => {
      const before = state
      state = step(state)
      if (state !== before) {
        listeners.forEach((listener) => listener(state, before))
      }
    },
    subscribe: (listener) => {
      listeners.push(listener)
    }
  }
}
