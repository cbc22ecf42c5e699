/**
 * The OpenTelemetry context in which a fiber was started from outside of Effect. Fibers that it forks inherit it.
 *
 * Effect runs each fiber in the asynchronous context in which it was started, whatever wakes it, so the context active around a step of a fiber is
 * that one, apart from our own spans.
 */
import * as OtelApi from "@opentelemetry/api"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { activeContext } from "./contextManager.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import { isOurs } from "./ownSpans.js"

/** The context without our span: parents come from Effect, not from the context. */
const withoutOurSpan = (context: OtelApi.Context): OtelApi.Context =>
  context instanceof LoneSpanContext
    ? context.around
    : isOurs(OtelApi.trace.getSpan(context))
    ? OtelApi.trace.deleteSpan(context)
    : context

/** The context that is currently active around Effect. */
export const fromOutside = (): OtelApi.Context => withoutOurSpan(activeContext())

/** The context in which the running fiber was started. */
export const contextOfFiber = (_running: Fiber.Fiber<unknown, unknown>): OtelApi.Context => fromOutside()

/** Nothing needs to be observed. */
export const fiberContexts = Effect.void
