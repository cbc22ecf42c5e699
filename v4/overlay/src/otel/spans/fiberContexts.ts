/**
 * The OpenTelemetry context that a fiber was started in from outside of Effect, and with it the fibers that it forks.
 *
 * Effect lets each fiber run in the asynchronous context that it was started in, whatever wakes it: what is active around a step of a fiber is that context,
 * under the spans that are ours.
 */
import * as OtelApi from "@opentelemetry/api"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { activeContext } from "./contextManager.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import { isOurs } from "./ownSpans.js"

/** A context without a span of ours: whose child something is, Effect says. */
const withoutOurSpan = (context: OtelApi.Context): OtelApi.Context =>
  context instanceof LoneSpanContext
    ? context.around
    : isOurs(OtelApi.trace.getSpan(context))
    ? OtelApi.trace.deleteSpan(context)
    : context

/** What is active around Effect right now. */
export const fromOutside = (): OtelApi.Context => withoutOurSpan(activeContext())

/** The context that the running fiber was started in. */
export const contextOfFiber = (_running: Fiber.Fiber<unknown, unknown>): OtelApi.Context => fromOutside()

/** Nothing has to be watched. */
export const fiberContexts = Effect.void
