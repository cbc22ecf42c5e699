/**
 * Waiting for a condition instead of for a time: as short as the machine allows, and an error where it never comes.
 */

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Asks again and again until it holds; gives up after `cap` milliseconds. */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  cap = 20_000
): Promise<void> => {
  const end = performance.now() + cap
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`waited ${cap} ms in vain until ${what}`)
    }
    await pause(5)
  }
}
