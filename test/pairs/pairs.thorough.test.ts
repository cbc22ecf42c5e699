/**
 * The whole sweep: every pair through every scenario.
 */
import { scenarios } from "./scenarios.js"
import { pairsAreRight } from "./suite.js"

pairsAreRight(scenarios)
