/**
 * Gives every test file the `it` of @effect/vitest as it was at first: `layer(…)` replaces the methods of that one object, and files share a process.
 */
import { it } from "@effect/vitest"

const shared = globalThis as { itAsItWas?: object }

Object.assign(it, shared.itAsItWas ??= { ...it })
