/**
 * In-memory telemetry for asynchronous code, and readers for what it recorded.
 */
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, type MetricRecord, type SpanNode, type SpanRecord } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import { TestTelemetry } from "loom-telemetry/testing"

const names = ({ children, span }: SpanNode): string =>
  children.length === 0 ? span.name : `${span.name}(${children.map(names).join(" ")})`

/** Telemetry with sequential ids. */
export const inMemory = async () => {
  const telemetry = await makeTelemetry(TestTelemetry.layer)
  const read = <A>(ask: (memory: InMemoryTelemetry["Type"]) => Effect.Effect<A>): Promise<A> =>
    telemetry.runPromise(Effect.flatMap(InMemoryTelemetry, ask))
  return {
    telemetry,
    spans: (): Promise<ReadonlyArray<SpanRecord>> => read((memory) => memory.spans),
    metrics: (): Promise<ReadonlyArray<MetricRecord>> => read((memory) => memory.metrics),
    /** The trees as names: `a(b c)`. */
    trees: async (): Promise<ReadonlyArray<string>> => (await read((memory) => memory.tree)).map(names)
  }
}

/** Waits for a while, keeping the caller's context. */
export const pause = (milliseconds = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
