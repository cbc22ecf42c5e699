/**
 * The commands, in the order in which help lists them.
 */
import type { Command } from "../command.js"
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
export const commands: ReadonlyArray<Command> = [
  tree,
  tail,
  stats,
  cost,
  errors,
  find,
  diff,
  doctor,
  exporting,
  replay,
  view
]
