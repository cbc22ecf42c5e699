/**
 * Makes importing the package with another version of Effect fail with a hint.
 *
 * Every entry point imports this module first. Effect 4 has no `Either`, so the loader fails here, before any code of the package runs, and its error
 * names this file. This costs nothing: `effect/Effect` loads `Either` anyway. Bundlers drop this import and report the next missing one.
 */
import "effect/Either" // `effect` has to be version 3: npm install effect@3
