/**
 * The button that copies a text as it was recorded, without escapes.
 */
import { button } from "./dom.js"

/** `kind` is the button's class. */
export const copyButton = (text: string, kind: string, title: string): HTMLButtonElement => {
  const made: HTMLButtonElement = button("copy", title, () => {
    copyText(text).then(() => flash(made, "copied"), () => flash(made, "not allowed"))
  }, { class: kind })
  return made
}

const flash = (target: HTMLElement, word: string): void => {
  target.textContent = word
  setTimeout(() => {
    target.textContent = "copy"
  }, 1200)
}

// Pages from disk may lack `navigator.clipboard`; `execCommand` copies a selection.
const copyText = async (text: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = document.createElement("textarea")
    area.value = text
    document.body.append(area)
    area.select()
    const copied = document.execCommand("copy")
    area.remove()
    if (!copied) {
      throw new Error("The browser does not allow the page to copy")
    }
  }
}
