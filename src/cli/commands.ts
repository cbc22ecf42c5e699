/**
 * The commands, in the order in which the help lists them.
 */
import { cost } from "./commands/cost.js"
import { diff } from "./commands/diff.js"
import { doctor } from "./commands/doctor.js"
import { errors } from "./commands/errors.js"
import { exporting } from "./commands/export.js"
import { find } from "./commands/find.js"
import { replay } from "./commands/replay.js"
import { stats } from "./commands/stats.js"
import { tail } from "./commands/tail.js"
import { tree } from "./commands/tree.js"
import { view } from "./commands/view.js"
import { type CommandDescription, describe } from "./help.js"

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
