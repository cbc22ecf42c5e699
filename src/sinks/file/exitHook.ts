/**
 * What is done when the process ends by itself: `process.exit`, an uncaught exception, nothing left to do.
 *
 * One handler for all open file sinks, there only while one is. It does not run where a signal without a handler ends the process.
 */

const atEnd = new Set<() => void>()

const onExit = (): void => {
  for (const run of [...atEnd]) {
    try {
      run()
    } catch {
      // The exit code is the program's.
    }
  }
}

const hasEnd = (): boolean => typeof process !== "undefined" && typeof process.on === "function"

/** Runs this when the process ends; the function returned takes it back. It has to be synchronous. */
export const atExit = (run: () => void): () => void => {
  if (!hasEnd()) {
    return () => {}
  }
  if (atEnd.size === 0) {
    process.on("exit", onExit)
  }
  atEnd.add(run)
  return () => {
    if (atEnd.delete(run) && atEnd.size === 0) {
      process.off("exit", onExit)
    }
  }
}

/** Runs this at each SIGHUP, which then no longer ends the process; the function returned takes it back. */
export const atHangup = (run: () => void): () => void => {
  if (!hasEnd()) {
    return () => {}
  }
  process.on("SIGHUP", run)
  return () => void process.off("SIGHUP", run)
}
