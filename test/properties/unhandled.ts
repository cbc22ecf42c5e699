/**
 * Rejections that nobody has handled, as the process sees them: without a listener each would end it.
 */

/** Runs the body, and gives what was unhandled when everything that it set off was over. */
export const unhandledIn = async (body: () => void): Promise<ReadonlyArray<unknown>> => {
  const seen: Array<unknown> = []
  const listener = (reason: unknown) => seen.push(reason)
  process.on("unhandledRejection", listener)
  try {
    body()
    // Reported when the promises of a turn are done, so before the next one.
    await new Promise((done) => setImmediate(done))
    return seen
  } finally {
    process.off("unhandledRejection", listener)
  }
}
