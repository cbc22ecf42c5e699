/**
 * The quick part of the sweep: every pair through three scenarios. `pairs.thorough.test.ts` has them all.
 */
import { scenarios } from "./scenarios.js"
import { pairsAreRight } from "./suite.js"

const quick: ReadonlySet<string> = new Set(["failure", "queue wake-up", "sampled out"])

pairsAreRight(scenarios.filter(({ name }) => quick.has(name)))
