/**
 * Makes an import under another version of Effect fail with a hint.
 *
 * Every entry point imports this module first. Effect 4 has no `Either`, so the loader fails here, before any code of the package can run, and its error
 * names this file. It costs nothing: `effect/Effect` loads `Either` anyway. Bundlers drop this import and report the next one that is missing.
 */
import "effect/Either" // `effect` has to be version 3: npm install effect@3
