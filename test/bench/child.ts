/** Measures one case of one question and prints it: `child.mjs QUESTION CASE`. */
import type { Question } from "./Case.js"
import { measure } from "./measure.js"

const [question, name] = process.argv.slice(2)
// A URL, so that the bundler does not resolve it.
const { cases } = await import(new URL(`questions/${question}.mjs`, import.meta.url).href) as Question
const make = cases[name!]
if (make === undefined) {
  throw new Error(`${question} has no case ${name}; it has ${Object.keys(cases).join(", ")}`)
}
const measured = await measure(await make())
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0))
