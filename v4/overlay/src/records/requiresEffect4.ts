/**
 * Makes an import under another version of Effect fail with a hint.
 *
 * Every entry point imports this module first. Effect 3 has no `Result`, so the loader fails here, before any code of the package can run, and its
 * error names this file. It costs nothing: `effect/Effect` loads `Result` anyway. Bundlers drop this import and report the next one that is missing.
 */
import "effect/Result" // `effect` must be version 4: npm install effect@4
