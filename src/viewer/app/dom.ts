/**
 * Creates elements from data; no other part of the page does.
 *
 * Text becomes text nodes and attributes become attributes; nothing parses markup, because records may contain an attacker's text. Listeners are
 * passed in `on`, never as attributes.
 */

export type Child = Node | string | undefined

export interface Properties {
  readonly class?: string
  readonly attributes?: { readonly [name: string]: string | number | boolean | undefined }
  readonly style?: { readonly [name: string]: string }
  readonly on?: { readonly [Event in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Event]) => void }
}

export const element = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: ReadonlyArray<Child>
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag)
  if (properties.class !== undefined && properties.class !== "") {
    made.className = properties.class
  }
  setAttributes(made, properties.attributes ?? {})
  for (const [name, value] of Object.entries(properties.style ?? {})) {
    // The page's policy allows styles set through the object model, not inline ones.
    made.style.setProperty(name, value)
  }
  for (const [type, listener] of Object.entries(properties.on ?? {})) {
    made.addEventListener(type, listener as EventListener)
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

export const inline = (kind: string, ...children: ReadonlyArray<Child>): HTMLElement =>
  element("span", { class: kind }, ...children)

export const block = (kind: string, ...children: ReadonlyArray<Child>): HTMLElement =>
  element("div", { class: kind }, ...children)

/** Sets attributes; `false` and `undefined` remove one, `true` sets an empty one. */
export const setAttributes = (
  target: Element,
  attributes: { readonly [name: string]: string | number | boolean | undefined }
): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) {
      target.removeAttribute(name)
    } else {
      target.setAttribute(name, value === true ? "" : String(value))
    }
  }
}

export const fill = (target: Element, ...children: ReadonlyArray<Child>): void => {
  target.replaceChildren(...children.filter((child) => child !== undefined))
}

export const button = (
  text: string,
  title: string,
  onPress: () => void,
  properties: Properties = {}
): HTMLButtonElement =>
  element("button", {
    class: properties.class ?? "button",
    attributes: { type: "button", title, ...properties.attributes },
    on: { click: onPress }
  }, text)

/** A dialog with a title and a button that closes it; `showModal` opens it. */
export const dialog = (
  title: string,
  attributes: { readonly [name: string]: string },
  ...children: ReadonlyArray<Child>
): HTMLDialogElement => {
  const close = button("✕", "Close (Esc)", () => made.close(), { class: "button plain" })
  const made: HTMLDialogElement = element(
    "dialog",
    { attributes },
    element("header", {}, title, inline("grow"), close),
    block("inside", ...children)
  )
  return made
}
