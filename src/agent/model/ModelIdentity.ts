/**
 * What is known about a `LanguageModel` service: its model, and for an instrumented one the service underneath.
 *
 * The service of `@effect/ai` has no name, so the layers of this package register one by object identity. A copy or a wrapper is a different service
 * about which nothing is known: its code always runs, and the model is the one that the response names.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import { shared } from "../../telemetry/copies.js"

/** A model and who serves it, each `undefined` if unknown. */
export interface ModelIdentity {
  /** The model's id, as on `loom.model.stream`. */
  readonly model: string | undefined
  /** The provider, by its name in the OpenTelemetry semantic conventions if it has one. */
  readonly provider: string | undefined
}

interface KnownService extends ModelIdentity {
  /** What a caller that measures its calls itself should call: the service, or the one that it instruments. */
  readonly underneath: LanguageModel.Service
  /** Whether it answers from a tape during playback. */
  readonly isTaped: boolean
}

// Shared by all copies of this module: a layer and an agent may come from different ones.
const known = shared("modelIdentity", () => new WeakMap<LanguageModel.Service, KnownService>())

/** Registers what is known about a service and returns the service. By default it does not instrument another one. */
export const identify = (
  service: LanguageModel.Service,
  { model, provider }: ModelIdentity,
  { isTaped = false, underneath = service }: Partial<Pick<KnownService, "isTaped" | "underneath">> = {}
): LanguageModel.Service => {
  known.set(service, { model, provider, underneath, isTaped })
  return service
}

/** What is known about a service. */
export const identityOf = (service: LanguageModel.Service): KnownService =>
  known.get(service) ?? { model: undefined, provider: undefined, underneath: service, isTaped: false }
