/**
 * The outcome of the pack check: a line for each thing that was looked at, and a sum.
 */

const count = { passed: 0, failed: 0 }

/** Says how something came out: it is good where there is no problem to tell. */
export const check = (what, problem) => {
  count[problem === undefined ? "passed" : "failed"] += 1
  console.log(problem === undefined ? `ok      ${what}` : `FAILED  ${what}: ${problem}`)
}

/** Prints the sum and makes it the exit code. */
export const finish = () => {
  console.log(`pack: ${count.passed} passed, ${count.failed} failed`)
  process.exitCode = count.failed === 0 ? 0 : 1
}
