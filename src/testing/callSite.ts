/**
 * Makes failures point at the line of the test: without it, a runner shows a line of ours or of the fiber that ran the effect.
 */

/** Where this function was called, for an error that is made later. Only V8 can leave out the frames above. */
export const callSite = (calledFunction: (...args: never) => unknown): <E extends Error>(error: E) => E => {
  const here = new Error()
  Error.captureStackTrace?.(here, calledFunction)
  const frames = (here.stack ?? "").replace(/^.*\n/, "")
  return (error) => Object.assign(error, { stack: `${error.name}: ${error.message}\n${frames}` })
}
