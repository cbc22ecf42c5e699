/**
 * Which model a `LanguageModel` service speaks to, where it says so.
 *
 * The service of `@effect/ai` has no name. Layers of this package keep one beside the service, not on it: a copy of a service with other methods
 * is another service, of which nothing is known. For those the model that the response names is used.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as GlobalValue from "effect/GlobalValue"

/** A model and who serves it. */
export interface ModelIdentity {
  /** The model's id, as on `loom.model.stream`. */
  readonly model: string
  /** The provider, by its name in the OpenTelemetry semantic conventions where it has one. */
  readonly provider: string
}

// One for all copies of this module: a layer and an agent may come from different ones.
const identities = GlobalValue.globalValue(
  Symbol.for("loom-telemetry/ModelIdentity"),
  () => new WeakMap<LanguageModel.Service, ModelIdentity>()
)

/** The same service, of which it is known which model it is. */
export const identify = (service: LanguageModel.Service, identity: ModelIdentity): LanguageModel.Service => {
  identities.set(service, identity)
  return service
}

/** Which model it is, where it says so. */
export const identityOf = (service: LanguageModel.Service): ModelIdentity | undefined => identities.get(service)
