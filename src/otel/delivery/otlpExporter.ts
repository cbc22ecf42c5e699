/**
 * An OTLP exporter that can be let go: what it is sending when it is aborted ends at once, and nothing of it holds the process.
 *
 * It fits the SDK's `SpanExporter` and `PushMetricExporter` alike. Bytes are made by the official serializers, one export at a time as its turn
 * comes; any number may wait.
 */
import * as OtelApi from "@opentelemetry/api"
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import type { AggregationTemporality, InstrumentType } from "@opentelemetry/sdk-metrics"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import { deliver, type Patience, type Post, Undelivered } from "./delivery.js"

/** How one kind of data is written, and the receiver's answer read. */
export interface Wire<Data> {
  readonly serialize: (data: Data) => Uint8Array | undefined
  /** Of what was sent, how much the receiver did not take although it said yes, and why. */
  readonly refused: (answer: Uint8Array) => Refused | undefined
}

/** What a receiver did not take of an export that it accepted (OTLP "partial success"). */
export interface Refused {
  readonly count: number
  readonly reason: string
}

/** The result of an export. */
export interface OtlpResult extends ExportResult {
  readonly refused?: Refused
}

/** What an exporter is made of. */
export interface OtlpExporterOptions<Data> {
  readonly wire: Wire<Data>
  readonly post: Post
  /** Where it goes, for who reads what went wrong. */
  readonly address: string
  /** What the receiver or the system said, as it may be logged. */
  readonly shown: (text: string) => string
  readonly patience: Patience
  /** Exports that are sent at the same time. */
  readonly concurrency: number
}

type Done = (result: OtlpResult) => void

const failed = (message: string): OtlpResult => ({ code: ExportResultCode.FAILED, error: new Error(message) })

type Told = Pick<OtlpExporterOptions<never>, "address" | "shown">

const resultOf = (exit: Exit.Exit<Refused | undefined, Undelivered>, { address, shown }: Told): OtlpResult => {
  if (exit._tag === "Success") {
    const refused = exit.value && { ...exit.value, reason: shown(exit.value.reason) }
    return { code: ExportResultCode.SUCCESS, ...(refused && { refused }) }
  }
  const problem = Cause.squash(exit.cause)
  return Cause.isInterruptedOnly(exit.cause)
    ? failed("closed before it was delivered")
    : failed(`${shown(problem instanceof Error ? problem.message : String(problem))} (${address})`)
}

/** Sends data of one kind. */
export class OtlpExporter<Data> {
  private readonly sending = new Set<Fiber.RuntimeFiber<Refused | undefined, Undelivered>>()
  private readonly turns: Effect.Semaphore
  private isClosed = false
  /** What went wrong with the last attempt, where there was to be another and none has arrived since. */
  trouble: string | undefined = undefined

  constructor(private readonly options: OtlpExporterOptions<Data>) {
    this.turns = Effect.unsafeMakeSemaphore(options.concurrency)
  }

  export(data: Data, done: Done): void {
    if (this.isClosed) {
      return done(failed("closed"))
    }
    // The SDK calls with tracing suppressed, and other fibers may run in what this one leaves on the scheduler: they must not be suppressed too.
    const fiber = OtelApi.context.with(
      OtelApi.ROOT_CONTEXT,
      () => Effect.runFork(this.turns.withPermits(1)(this.send(data)))
    )
    this.sending.add(fiber)
    fiber.addObserver((exit) => {
      this.sending.delete(fiber)
      done(resultOf(exit, this.options))
    })
  }

  /** Settles when nothing is being sent any more. */
  async forceFlush(): Promise<void> {
    await Effect.runPromise(Effect.forEach([...this.sending], Fiber.await, { discard: true }))
  }

  async shutdown(): Promise<void> {
    this.isClosed = true
    await this.forceFlush()
  }

  /** Gives up what is being sent. */
  abort(): void {
    this.isClosed = true
    for (const fiber of this.sending) {
      fiber.unsafeInterruptAsFork(FiberId.none)
    }
  }

  private send(data: Data): Effect.Effect<Refused | undefined, Undelivered> {
    const { address, patience, post, shown, wire } = this.options
    const onTrouble = ({ message }: Undelivered) => {
      this.trouble = `${shown(message)} (${address})`
    }
    return Effect.try({
      try: () => wire.serialize(data),
      catch: (error) => new Undelivered({ message: `it could not be serialized: ${String(error)}`, isFinal: true })
    }).pipe(
      Effect.flatMap((body) =>
        body === undefined
          ? new Undelivered({ message: "there was nothing to send", isFinal: true })
          : deliver(post, body, patience, onTrouble)
      ),
      Effect.tap(() => {
        this.trouble = undefined
      }),
      // It was taken; an answer that cannot be read says nothing against that.
      Effect.map((answer) => attempt(() => wire.refused(answer)))
    )
  }
}

const attempt = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** An exporter of metrics has to say how it wants them to be aggregated over time. */
export class OtlpMetricExporter<Data> extends OtlpExporter<Data> {
  constructor(
    options: OtlpExporterOptions<Data>,
    readonly selectAggregationTemporality: (instrument: InstrumentType) => AggregationTemporality
  ) {
    super(options)
  }
}
