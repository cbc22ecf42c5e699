/**
 * Keys and what they do. A key that is typed into a field is the field's, but for Escape.
 */

/** What keys can do, by the key's name as the browser gives it. */
export type KeyActions = { readonly [key: string]: (event: KeyboardEvent) => void }

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement

// Enter and Space press what has the focus; lists inside the details scroll by arrow.
const isPressed = (event: KeyboardEvent): boolean =>
  event.target instanceof Element && event.target.closest("button, a, summary") !== null &&
  (event.key === "Enter" || event.key === " ")

/** Listens. */
export const listenToKeys = (actions: KeyActions): void => {
  document.addEventListener("keydown", (event) => {
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
    const isOthers = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isPressed(event) ||
      document.querySelector("dialog[open]") !== null
    if (action === undefined || isOthers || (isTyped(event.target) && event.key !== "Escape")) {
      return
    }
    event.preventDefault()
    action(event)
  })
}
