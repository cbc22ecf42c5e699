/**
 * A second copy of this package in the same process, as a program has when two of its dependencies bring their own.
 */
import { fileURLToPath } from "node:url"
import { compileTogether } from "../bundled.js"
import type * as Copied from "./copied.js"

/** The parts of a copy. They share their modules with each other, but with other copies only `effect` and other packages. */
export type Copy = typeof Copied

let loaded: Promise<Copy> | undefined

const load = async (): Promise<Copy> => {
  const [bundle] = await compileTogether([fileURLToPath(new URL("./copied.ts", import.meta.url))])
  return await import(/* @vite-ignore */ bundle!) as Copy
}

/** The second copy; it is bundled once. */
export const secondCopy = (): Promise<Copy> => loaded ??= load()
