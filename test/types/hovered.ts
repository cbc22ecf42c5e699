/**
 * The variables that `printed.thorough.test.ts` hovers over.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import { Agent, Supervisor } from "loom-telemetry/agent"

class Database extends Context.Tag("Database")<Database, { readonly rows: number }>() {}

const add = Tool.make("add", {
  description: "Adds two numbers.",
  parameters: { a: Schema.Int, b: Schema.Int },
  success: Schema.Struct({ sum: Schema.Int }),
  failure: Schema.Struct({ reason: Schema.String })
})

const query = Tool.make("query", {
  success: Schema.Array(Schema.Struct({ row: Schema.Int })),
  dependencies: [Database]
})

const calculator = Agent.make({ name: "calculator", instructions: "", toolkit: Toolkit.make(add, query) })

export const run = calculator.run
export const result = calculator.run("")
export const stream = calculator.stream("")
export const supervisor = Supervisor.make({ name: "supervisor", instructions: "", workers: { calculator } })
