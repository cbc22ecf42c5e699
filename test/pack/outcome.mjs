/**
 * Reports the outcome of the pack check: one line per check, and a total.
 */

const count = { passed: 0, failed: 0 }

/** Reports one check. It passes if there is no problem. */
export const check = (what, problem) => {
  count[problem === undefined ? "passed" : "failed"] += 1
  console.log(problem === undefined ? `ok      ${what}` : `FAILED  ${what}: ${problem}`)
}

/** Prints the total and sets the exit code. */
export const finish = () => {
  console.log(`pack: ${count.passed} passed, ${count.failed} failed`)
  process.exitCode = count.failed === 0 ? 0 : 1
}
