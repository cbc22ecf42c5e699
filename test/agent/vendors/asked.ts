/**
 * One question to the arithmetic agent, answered by a local vendor server.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Tool from "@effect/ai/Tool"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Agent, AgentError, RunResult } from "loom-telemetry/agent"
import { arithmetic, ArithmeticLive } from "../arithmetic.js"
import { type Recorded, recorded } from "../recorded.js"
import type { Reply } from "./answers.js"
import type { Vendor, VendorOptions } from "./vendors.js"
import { type VendorServer, vendorServer } from "./vendorServer.js"

type AddHandler = Tool.Handler<"add">

/** The question. */
export const question = "What is 2 + 3?"

/** The records, and the requests that the vendor received. */
export interface Asked extends Recorded<RunResult, AgentError> {
  readonly server: VendorServer
}

/** Asks the agent; the vendor gives these replies, one per request. */
export const ask = (
  vendor: Vendor,
  replies: ReadonlyArray<Reply>,
  { agent = arithmetic, ...options }: VendorOptions & { readonly agent?: Agent<AddHandler> } = {}
): Effect.Effect<Asked, never, Scope.Scope> =>
  withVendor(vendor, replies, agent.run(question, { userId: "alice" }), options)

/** Runs a program with a vendor's model. */
export const withVendor = <A, E>(
  vendor: Vendor,
  replies: ReadonlyArray<Reply>,
  program: Effect.Effect<A, E, LanguageModel.LanguageModel | AddHandler>,
  options: VendorOptions = {}
): Effect.Effect<Recorded<A, E> & { readonly server: VendorServer }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const server = yield* vendorServer(...replies)
    const run = yield* program.pipe(
      Effect.provide(ArithmeticLive),
      Effect.provide(vendor.layer(server, options)),
      recorded
    )
    return { ...run, server }
  })
