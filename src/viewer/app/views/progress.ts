/**
 * A progress bar at the top while a file is read, and short messages at the bottom.
 */
import { block, element } from "../dom.js"

export interface Progress {
  /** From 0 to 1; 1 hides it. */
  readonly show: (share: number) => void
}

export const makeProgress = (): Progress => {
  const bar = block("")
  const line = element("div", {
    class: "progress",
    attributes: { role: "progressbar", "aria-label": "Reading", "aria-valuemin": 0, "aria-valuemax": 100, hidden: true }
  }, bar)
  document.body.append(line)
  return {
    show: (share) => {
      line.hidden = share >= 1
      line.setAttribute("aria-valuenow", String(Math.round(share * 100)))
      bar.style.setProperty("width", `${share * 100}%`)
    }
  }
}

/** Milliseconds that a message stays. */
const messageTime = 6000

/** Shows a message that is not about one place of the page. */
export const say = (message: string): void => {
  const toast = element("div", { class: "toast", attributes: { role: "alert" } }, message)
  document.body.append(toast)
  setTimeout(() => toast.remove(), messageTime)
}
