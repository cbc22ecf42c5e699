/**
 * The commands, in the order in which the help lists them.
 */
import { type CommandDescription, describe } from "../help.js"
import { cost } from "./cost.js"
import { diff } from "./diff.js"
import { doctor } from "./doctor.js"
import { errors } from "./errors.js"
import { exporting } from "./export.js"
import { find } from "./find.js"
import { replay } from "./replay.js"
import { stats } from "./stats.js"
import { tail } from "./tail.js"
import { tree } from "./tree.js"
import { view } from "./view.js"

/** All of them. */
export const commands = [tree, tail, stats, cost, errors, find, diff, doctor, exporting, replay, view] as const

/** What they say about themselves, in the same order. */
export const descriptions: ReadonlyArray<CommandDescription> = [
  describe(tree),
  describe(tail),
  describe(stats),
  describe(cost),
  describe(errors),
  describe(find),
  describe(diff),
  describe(doctor),
  describe(exporting),
  describe(replay),
  describe(view)
]
