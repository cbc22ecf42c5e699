/**
 * A sink that is told of a trace when it has come to its end, where it is worth that.
 */
import { type Observer, originOf } from "../../telemetry/Observer.js"
import { only } from "./headObserver.js"
import type { TailSampler } from "./TailSampler.js"

/** The sink behind the sampler. */
export const tailObserver = (inner: Observer, sampler: TailSampler): Observer => ({
  ...inner,
  name: `sampled(${inner.name})`,
  origin: originOf(inner),
  onStart: (span) => sampler.start(span),
  onEnd: (data, span) => sampler.end(data, span),
  onMetric: (metric, around) => sampler.measure(metric, around),
  ...(inner.attach && { attach: (open) => inner.attach!(() => only(open, (span) => sampler.isShown(span))) })
})
