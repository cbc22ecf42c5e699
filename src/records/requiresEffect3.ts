/**
 * Says which Effect this package runs on, where another one is installed.
 *
 * Every entry point imports this module first. Version 4 of effect has no `Either`; nothing of a package can run before the loader has found out what is
 * missing, but its error names who asked for it first: this file. It costs nothing: `effect/Effect` loads `Either` anyway. A bundler leaves it out and
 * names what is missing next.
 */
import "effect/Either" // `effect` has to be version 3: npm install effect@3
