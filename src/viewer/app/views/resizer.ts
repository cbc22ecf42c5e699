/**
 * A handle that changes a width of the page, which is a CSS variable.
 */
import { element } from "../dom.js"

/** Limits in pixels, and the handle's title. */
export interface ResizerOptions {
  readonly least: number
  readonly most: number
  readonly title: string
  /** Whether the pane is to the right of the handle: then dragging left widens it. */
  readonly fromRight?: boolean
}

/** The handle for a variable such as `--name-width`. */
export const resizer = (variable: string, options: ResizerOptions): HTMLElement => {
  const root = document.documentElement
  const grip = element("div", { class: "grip", attributes: { title: options.title } })
  grip.addEventListener("pointerdown", (down) => {
    down.preventDefault()
    grip.setPointerCapture(down.pointerId)
    const before = parseFloat(getComputedStyle(root).getPropertyValue(variable))
    const move = (event: PointerEvent) => {
      const moved = (event.clientX - down.clientX) * (options.fromRight === true ? -1 : 1)
      const width = Math.min(options.most, Math.max(options.least, before + moved))
      root.style.setProperty(variable, `${width}px`)
    }
    const stop = () => grip.removeEventListener("pointermove", move)
    grip.addEventListener("pointermove", move)
    grip.addEventListener("pointerup", stop, { once: true })
    grip.addEventListener("pointercancel", stop, { once: true })
  })
  return grip
}
