/**
 * Holds the state of the page and notifies its listeners.
 *
 * Listeners run synchronously, in the order of subscription, and receive the previous state, so each redraws only what has changed.
 */

export interface Store<State> {
  readonly get: () => State
  /** Replaces the state. Listeners are called if it changed. */
  readonly update: (step: (state: State) => State) => void
  readonly subscribe: (listener: (state: State, before: State) => void) => void
}

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
