/**
 * The commands, in the order in which help lists them.
 */
import type { Command } from "../command.js"
import { cassette } from "./cassette.js"
import { cost } from "./cost.js"
import { dataset } from "./dataset.js"
import { diff } from "./diff.js"
import { doctor } from "./doctor.js"
import { errors } from "./errors.js"
import { exporting } from "./export.js"
import { find } from "./find.js"
import { mcp } from "./mcp.js"
import { replay } from "./replay.js"
import { score } from "./score.js"
import { sql } from "./sql.js"
import { stats } from "./stats.js"
import { tail } from "./tail.js"
import { tree } from "./tree.js"
import { view } from "./view.js"

export const commands: ReadonlyArray<Command> = [
  tree,
  tail,
  stats,
  cost,
  errors,
  find,
  diff,
  score,
  dataset,
  cassette,
  sql,
  doctor,
  exporting,
  replay,
  view,
  mcp
]
