/**
 * Which model a `LanguageModel` service speaks to, where it says so.
 *
 * The service of `@effect/ai` has no name. Layers of this package put one on the service itself, so that it travels with it; for others the
 * model that the response names is used.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"

/** A model and who serves it. */
export interface ModelIdentity {
  /** The model's id, as on `loom.model.stream`. */
  readonly model: string
  /** The provider, by its name in the OpenTelemetry semantic conventions where it has one. */
  readonly provider: string
}

const IdentityTypeId: unique symbol = Symbol.for("loom-telemetry/ModelIdentity")

/** The same service, saying which model it is. */
export const identify = (service: LanguageModel.Service, identity: ModelIdentity): LanguageModel.Service =>
  Object.assign({ ...service }, { [IdentityTypeId]: identity })

const UnderlyingTypeId: unique symbol = Symbol.for("loom-telemetry/UnderlyingModel")

/** Marks a service that measures its calls, with the one that it measures. */
export const markInstrumented = (
  service: LanguageModel.Service,
  underneath: LanguageModel.Service
): LanguageModel.Service => Object.assign(service, { [UnderlyingTypeId]: underneath })

/** The service that makes the calls: what an instrumented one measures, else itself. */
export const underlying = (service: LanguageModel.Service): LanguageModel.Service =>
  (service as { readonly [UnderlyingTypeId]?: LanguageModel.Service })[UnderlyingTypeId] ?? service

/** Which model it is, where it says so. */
export const identityOf = (service: LanguageModel.Service): ModelIdentity | undefined =>
  (service as { readonly [IdentityTypeId]?: ModelIdentity })[IdentityTypeId]
