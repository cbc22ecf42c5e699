/**
 * A span processor that passes the spans of any OpenTelemetry SDK (Vercel AI SDK, Mastra, OpenInference, http and others) to the sinks of this
 * package, redacted, with their ids and tree.
 *
 * Combined with `OTelTelemetry.fromProviders` on the same provider, spans of both kinds form one tree, and each is recorded once. The OpenTelemetry
 * sink does not export them: give the provider a processor that does. Spans that were not sampled are not seen. Nothing here throws.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type { Context as OtelContext } from "@opentelemetry/api"
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { shownError } from "../telemetry/lifecycle/foreignText.js"
import type { Recorder } from "../telemetry/Recorder.js"
import { recordingOf } from "../telemetry/recordingOf.js"
import { Reporter } from "../telemetry/report.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { TelemetryService } from "../telemetry/TelemetryService.js"
import { adopt, adoptedSpan, isMaking } from "./spans/AdoptedSpan.js"

/** The service that records, or a function that returns it once it exists: a provider is often built before the sinks. */
export type TelemetrySource = TelemetryService | (() => TelemetryService | undefined)

/**
 * An OpenTelemetry span processor.
 *
 * @example
 * const telemetry = await makeTelemetry("file:./traces.jsonl")
 * const provider = new NodeTracerProvider({ spanProcessors: [new TelemetrySpanProcessor(telemetry.service)] })
 */
export class TelemetrySpanProcessor implements SpanProcessor {
  private readonly reporter = new Reporter()
  /** Spans that started before there was a service. */
  private readonly early = new WeakMap<object, OtelContext>()
  private isFlushing = false
  private isShutDown = false

  constructor(
    private readonly source: TelemetrySource,
    private readonly release: () => Promise<void> = () => Promise.resolve()
  ) {}

  /** Builds a layer and a processor for it, which closes the layer on `shutdown`. Rejects with the layer's error. */
  static async fromLayer<E>(layer: Layer.Layer<Telemetry, E, FileSystem.FileSystem>): Promise<TelemetrySpanProcessor> {
    // The file sink works without the `FileSystem` service: it then calls Node's own functions.
    const managed = ManagedRuntime.make(layer as Layer.Layer<Telemetry, E>)
    const exit = await managed.runPromiseExit(Telemetry)
    if (Exit.isFailure(exit)) {
      await managed.dispose()
      throw Cause.squash(exit.cause)
    }
    return new TelemetrySpanProcessor(exit.value, () => managed.dispose())
  }

  /** Called by the SDK when a span starts. */
  onStart(span: Span, parentContext: OtelContext): void {
    this.guarded(() => {
      const recorder = this.recorder()
      if (recorder === undefined) {
        this.early.set(span, parentContext)
      } else if (!isMaking(recorder)) {
        adopt(recorder, span, parentContext)
      }
    })
  }

  /** Called by the SDK when a span has ended. */
  onEnd(span: ReadableSpan): void {
    this.guarded(() => {
      const recorder = this.recorder()
      if (recorder !== undefined) {
        this.adopted(recorder, span as Span)?.finish(span)
      }
    })
  }

  /** Resolves when the sinks have written what was recorded so far, or have timed out (3 seconds). Never rejects. */
  async forceFlush(): Promise<void> {
    // An OpenTelemetry sink among the sinks flushes its provider, which flushes this processor again.
    if (!this.isFlushing) {
      this.isFlushing = true
      try {
        await Effect.runPromise(this.service()?.flush ?? Effect.void)
      } catch (error) {
        this.report(error)
      } finally {
        this.isFlushing = false
      }
    }
  }

  /** Flushes, and closes the layer built by `fromLayer`; spans that end later are not recorded. Never rejects. */
  async shutdown(): Promise<void> {
    if (!this.isShutDown) {
      await this.forceFlush()
      this.isShutDown = true
      await this.release().catch((error: unknown) => this.report(error))
    }
  }

  private adopted(recorder: Recorder, span: Span) {
    const context = this.early.get(span)
    return context === undefined ? adoptedSpan(recorder, span) : adopt(recorder, span, context)
  }

  private service(): TelemetryService | undefined {
    return this.isShutDown ? undefined : typeof this.source === "function" ? this.source() : this.source
  }

  private recorder(): Recorder | undefined {
    return recordingOf(this.service())?.recorder
  }

  private guarded(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.report(error)
    }
  }

  private report(error: unknown): void {
    this.reporter.once("failed", `TelemetrySpanProcessor failed; the program is not affected: ${shownError(error)}`)
  }
}
