/**
 * Restores the `it` of @effect/vitest for every test file: `layer(…)` replaces methods of that one object, and files share a process.
 */
import { it } from "@effect/vitest"

const shared = globalThis as { itAsItWas?: object }

Object.assign(it, shared.itAsItWas ??= { ...it })
