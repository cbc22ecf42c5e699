/**
 * Light or dark: the system's setting until the user chooses. The choice is kept in local storage.
 */
import { button } from "./dom.js"

const key = "loom-telemetry.theme"

/** The current theme. */
const current = (): "light" | "dark" => {
  const chosen = document.documentElement.dataset["theme"]
  const dark = chosen === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark"
  return dark ? "dark" : "light"
}

// A page from disk may have no storage: then the choice lasts as long as the page.
const stored = (): string | undefined => {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

const store = (theme: string): void => {
  try {
    localStorage.setItem(key, theme)
  } catch {
    // See above.
  }
}

/** The button that changes the theme, and its action. `onChange` is also called when the system's theme changes. */
export const makeTheme = (onChange: () => void): { readonly toggle: () => void; readonly element: HTMLElement } => {
  const before = stored()
  if (before === "light" || before === "dark") {
    document.documentElement.dataset["theme"] = before
  }
  const toggle = (): void => {
    const next = current() === "dark" ? "light" : "dark"
    document.documentElement.dataset["theme"] = next
    store(next)
    onChange()
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange)
  return {
    toggle,
    element: button("◐", "Light or dark (t)", toggle, {
      class: "button plain",
      attributes: { "aria-label": "Light or dark" }
    })
  }
}
