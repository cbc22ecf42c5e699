/** Sets a property as data: `__proto__` is a key like any other. */
export const setOwn = <V>(target: Record<string, V>, key: string, value: V): void => {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}
