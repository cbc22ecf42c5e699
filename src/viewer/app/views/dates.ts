/**
 * Times of day as the reader's own clock would show them, and exactly in UTC where one looks twice.
 */

const pad = (value: number): string => String(value).padStart(2, "0")

const dayOf = (date: Date): string => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`

/** `14:08:07`, or the day and minute where it is another day than that of `newest`. Both in milliseconds since the epoch. */
export const clockTime = (epochMs: number, newest: number): string => {
  const date = new Date(epochMs)
  const minute = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  return dayOf(date) === dayOf(new Date(newest))
    ? `${minute}:${pad(date.getSeconds())}`
    : `${dayOf(date).slice(5)} ${minute}`
}

/** `2026-11-22T14:08:07.800Z`; empty for an instant that no date can hold. */
export const fullTime = (epochMs: number): string =>
  Number.isFinite(epochMs) && Math.abs(epochMs) <= 8.64e15 ? new Date(epochMs).toISOString() : ""
