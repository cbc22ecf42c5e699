/**
 * Handles promises found while a value is read. No one awaits them, so a rejection without a handler would end the process.
 *
 * Every promise gets a handler, including promises of other realms and subclasses, and proxies that claim to be a promise. Other thenables do not:
 * their rejections are not reported, and calling `then` may start their work, as with queries in knex, mongoose, drizzle and Prisma. Nothing here
 * throws.
 *
 * Two kinds of promises cannot be handled: a promise behind a proxy that does not bind `then` to it, and one whose `constructor` throws and cannot be
 * replaced. `await` fails on them as well, so a program cannot handle their rejection either.
 */

type Handler = (reason: unknown) => void

/** The part of `node:util` that detects promises without running code of the value. */
interface TypeChecks {
  readonly types?: { readonly isPromise?: (value: unknown) => boolean }
}

/** Node, Bun and Deno have it, browsers do not. */
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

// Without `node:util` there is no process that an unhandled rejection could end.
const isPromise: (value: unknown) => boolean =
  (globalThis as Platform).process?.getBuiltinModule?.("node:util")?.types?.isPromise ?? saysItIsPromise

const then = Promise.prototype.then

const noop = (): void => {}

const attempt = (use: () => void): void => {
  try {
    use()
  } catch {
    // Nothing left to try.
  }
}

const isOrdinary = (promise: object): boolean =>
  Object.getPrototypeOf(promise) === Promise.prototype && !Object.hasOwn(promise, "constructor")

/** `then` creates its result with `constructor`, which may throw or return a rejected promise. Without one, `then` creates a plain promise. */
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

/** Adds a handler. The promise that `then` returns may be of the same kind, so it is followed for one level only. */
const attach = (promise: object, handler: Handler, isReturned = false): void => {
  const use = (): unknown => Reflect.apply(then, promise, [noop, handler])
  if (isOrdinary(promise)) {
    use()
    return
  }
  try {
    withoutConstructor(promise, use)
  } catch {
    // The promise cannot be changed, so its own constructor is used.
    const returned = isReturned ? undefined : use()
    if (isPromise(returned)) {
      attach(returned as object, noop, true)
    }
  }
}

/** Whether a value is a promise; if it is, `handler` receives its rejection. */
export const catchRejection = (value: unknown, handler: Handler = noop): boolean => {
  if (typeof value !== "object" || value === null) {
    return false
  }
  const isReal = isPromise(value)
  if (!isReal && !saysItIsPromise(value)) {
    return false
  }
  // Created only here, because hardly any value is a promise. If the handler threw, the promise that `then` returns would be rejected.
  const quiet = (reason: unknown): void => attempt(() => handler(reason))
  attempt(() => {
    if (isReal) {
      attach(value, quiet)
      return
    }
    const returned: unknown = (value as PromiseLike<unknown>).then(noop, quiet)
    if (isPromise(returned)) {
      attach(returned as object, noop, true)
    }
  })
  return true
}

/** Returns the value unchanged. It is now safe to drop: if it is a promise, its rejection does not end the process. */
export const handled = <A>(value: A): A => {
  catchRejection(value)
  return value
}
