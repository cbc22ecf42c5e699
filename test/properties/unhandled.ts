/**
 * Unhandled rejections, as the process sees them: without a listener, each would end it.
 */

/** Runs the body, and returns the unhandled rejections after everything that it started has finished. */
export const unhandledIn = async (body: () => void): Promise<ReadonlyArray<unknown>> => {
  const seen: Array<unknown> = []
  const listener = (reason: unknown) => seen.push(reason)
  process.on("unhandledRejection", listener)
  try {
    body()
    // Reported after the promises of a turn, so before the next turn.
    await new Promise((done) => setImmediate(done))
    return seen
  } finally {
    process.off("unhandledRejection", listener)
  }
}
