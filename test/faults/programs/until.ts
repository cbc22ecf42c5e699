/**
 * Waits for a condition instead of a fixed time: no longer than necessary, with an error if it never holds.
 */

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Polls until the condition holds; gives up after `cap` milliseconds. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  cap = 20_000
): Promise<void> => {
  const end = performance.now() + cap
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`waited ${cap} ms until ${what}, but it did not happen`)
    }
    await pause(5)
  }
}
