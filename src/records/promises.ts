/**
 * Promises that are met while a value is read. No one awaits them, so without a handler a rejection would end the process.
 *
 * Every promise gets a handler: of this realm or another, of a subclass, behind a proxy that claims to be one. Other thenables get none: no one reports
 * their failure, and to call `then` may start the work that they stand for. Queries of knex, mongoose, drizzle and Prisma run when `then` is called.
 * Nothing here throws.
 *
 * Two promises stay out of reach: one behind a proxy that does not bind `then` to it, and one whose `constructor` throws and cannot be replaced. `await`
 * fails on them as well, so a program cannot handle their rejection either.
 */

type Handler = (reason: unknown) => void

/** The part of `node:util` that tells a promise from everything else without calling code of the value. */
interface TypeChecks {
  readonly types?: { readonly isPromise?: (value: unknown) => boolean }
}

/** Node, Bun and Deno have it, browsers have not. */
interface Platform {
  readonly process?: { readonly getBuiltinModule?: (name: string) => TypeChecks | undefined }
}

const saysItIsPromise = (value: unknown): boolean => {
  try {
    return value instanceof Promise
  } catch {
    return false
  }
}

// In browsers a rejection without a handler ends nothing.
const isPromise: (value: unknown) => boolean =
  (globalThis as Platform).process?.getBuiltinModule?.("node:util")?.types?.isPromise ?? saysItIsPromise

const then = Promise.prototype.then

const noop = (): void => {}

const attempt = (use: () => void): void => {
  try {
    use()
  } catch {
    // There is nothing left to try.
  }
}

const isOrdinary = (promise: object): boolean =>
  Object.getPrototypeOf(promise) === Promise.prototype && !Object.hasOwn(promise, "constructor")

/** `then` makes the promise that it returns with `constructor`, which may throw, or make one that is rejected. Without one it makes a plain promise. */
const withoutConstructor = (promise: object, use: () => unknown): void => {
  const own = Object.getOwnPropertyDescriptor(promise, "constructor")
  Object.defineProperty(promise, "constructor", { value: undefined, configurable: true })
  try {
    use()
  } finally {
    if (own === undefined) {
      Reflect.deleteProperty(promise, "constructor")
    } else {
      Object.defineProperty(promise, "constructor", own)
    }
  }
}

/** What `then` returns may be of the same kind, so that is as far as it goes. */
const attach = (promise: object, handler: Handler, isReturned = false): void => {
  const use = (): unknown => Reflect.apply(then, promise, [noop, handler])
  if (isOrdinary(promise)) {
    use()
    return
  }
  try {
    withoutConstructor(promise, use)
  } catch {
    // It cannot be changed, so its constructor is asked.
    const returned = isReturned ? undefined : use()
    if (isPromise(returned)) {
      attach(returned as object, noop, true)
    }
  }
}

/** Whether a value is a promise; one gets this handler for its rejection. */
export const catchRejection = (value: unknown, handler: Handler = noop): boolean => {
  if (typeof value !== "object" || value === null) {
    return false
  }
  // One that throws would reject the promise that `then` returns.
  const quiet = (reason: unknown): void => attempt(() => handler(reason))
  if (isPromise(value)) {
    attempt(() => attach(value, quiet))
    return true
  }
  if (saysItIsPromise(value)) {
    attempt(() => {
      const returned: unknown = (value as PromiseLike<unknown>).then(noop, quiet)
      if (isPromise(returned)) {
        attach(returned as object, noop, true)
      }
    })
    return true
  }
  return false
}

/** The value itself, safe to drop: if it is a promise, its rejection does not end the process. */
export const handled = <A>(value: A): A => {
  catchRejection(value)
  return value
}
