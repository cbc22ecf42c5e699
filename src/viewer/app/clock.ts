/**
 * The time of day, for what is still open in a file that grows. No Effect runs in the page, so there is no Clock to ask.
 */

/** Milliseconds since the epoch. */
// eslint-disable-next-line no-restricted-syntax -- the one place of the page that asks for the time
export const now = (): number => Date.now()
