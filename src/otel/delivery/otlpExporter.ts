/**
 * An OTLP exporter that can be aborted: its requests end at once, and nothing keeps the process alive.
 *
 * It serves as the SDK's `SpanExporter` and `PushMetricExporter`. Any number of exports may wait; each is serialized just before it is sent.
 */
import * as OtelApi from "@opentelemetry/api"
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import { deliver, type Patience, type Post, type Refused, Undelivered } from "../../records/otlpDelivery.js"
import { type Accepted, deliverHalving, type Halved } from "../../records/otlpHalving.js"

/** Serializes one kind of data and reads the receiver's response. */
export interface Wire<Data> {
  readonly serialize: (data: Data) => Uint8Array | undefined
  /** The items that the receiver refused from a request it accepted. Throws if the response is not OTLP. */
  readonly refused: (answer: Uint8Array) => Refused | undefined
}

export interface OtlpResult extends ExportResult {
  readonly refused?: Refused
  /** Number of items in requests that got a successful response that is not OTLP. */
  readonly unsure?: number
  /** Items that did not reach the receiver, from a request that was sent in parts. */
  readonly unreached?: ReadonlyArray<unknown>
  /** Whether the receiver rejected the request: sending it again would fail the same way. */
  readonly isFinal?: boolean
}

export interface OtlpExporterOptions<Data> {
  readonly wire: Wire<Data>
  readonly post: Post
  readonly address: string
  /** Makes text from the receiver or the system safe to log. */
  readonly shown: (text: string) => string
  readonly patience: Patience
  readonly concurrency: number
  readonly onAbort: () => void
}

type Done = (result: OtlpResult) => void

const failed = (message: string): OtlpResult => ({ code: ExportResultCode.FAILED, error: new Error(message) })

const resultOf = (exit: Exit.Exit<Halved, Undelivered>, address: string): OtlpResult => {
  if (exit._tag === "Success") {
    const { lost, unreached, unsure } = exit.value
    return { code: ExportResultCode.SUCCESS, unsure, ...(lost && { refused: lost }), ...(unreached && { unreached }) }
  }
  const problem = Cause.squash(exit.cause)
  return Cause.isInterruptedOnly(exit.cause)
    ? failed("closed before it was delivered")
    : {
      ...failed(`${problem instanceof Error ? problem.message : String(problem)} (${address})`),
      isFinal: problem instanceof Undelivered && problem.isFinal
    }
}

export class OtlpExporter<Data> {
  private readonly sending = new Set<Fiber.RuntimeFiber<Halved, Undelivered>>()
  private readonly turns: Effect.Semaphore
  private isClosed = false
  /** Why the last attempt failed, while it is being retried. */
  trouble: string | undefined = undefined

  constructor(private readonly options: OtlpExporterOptions<Data>) {
    this.turns = Effect.unsafeMakeSemaphore(options.concurrency)
  }

  export(data: Data, done: Done): void {
    if (this.isClosed) {
      return done(failed("closed"))
    }
    // The SDK suppresses tracing around this call. Other fibers that the scheduler runs in the same context must not be suppressed too.
    const fiber = OtelApi.context.with(
      OtelApi.ROOT_CONTEXT,
      () => Effect.runFork(this.turns.withPermits(1)(this.send(data)))
    )
    this.sending.add(fiber)
    fiber.addObserver((exit) => {
      this.sending.delete(fiber)
      done(resultOf(exit, this.options.address))
    })
  }

  /** Resolves when everything has been sent or has failed. */
  async forceFlush(): Promise<void> {
    await Effect.runPromise(Effect.forEach([...this.sending], Fiber.await, { discard: true }))
  }

  async shutdown(): Promise<void> {
    this.isClosed = true
    await this.forceFlush()
  }

  /** Aborts all requests and closes the connections. */
  abort(): void {
    this.isClosed = true
    this.options.onAbort()
    for (const fiber of this.sending) {
      fiber.unsafeInterruptAsFork(FiberId.none)
    }
  }

  /** Sends the data, in parts if the receiver refuses some of it. */
  private send(data: Data): Effect.Effect<Halved, Undelivered> {
    const { patience } = this.options
    return Effect.flatMap(Clock.currentTimeMillis, (begun) => {
      // All parts together have as much time as one request.
      const remaining = Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, patience.total - (now - begun)))
      const sendPart = (part: Data) => Effect.flatMap(remaining, (total) => this.sendOnce(part, { ...patience, total }))
      return Array.isArray(data)
        ? deliverHalving(data, (items) => sendPart(items as Data & ReadonlyArray<unknown>))
        : deliverHalving([data], () => sendPart(data))
    })
  }

  private sendOnce(data: Data, patience: Patience): Effect.Effect<Accepted, Undelivered> {
    const { address, post, shown, wire } = this.options
    const onRetry = ({ message }: Undelivered) =>
      Effect.sync(() => {
        this.trouble = `${message} (${address})`
      })
    return Effect.try({
      try: () => wire.serialize(data),
      catch: (error) =>
        new Undelivered({
          message: `it could not be serialized: ${shown(String(error))}`,
          isFinal: true,
          isAboutContent: true
        })
    }).pipe(
      Effect.flatMap((body) =>
        body === undefined
          ? new Undelivered({ message: "there was nothing to send", isFinal: true })
          : deliver(post, body, patience, onRetry)
      ),
      Effect.tap(() => {
        this.trouble = undefined
      }),
      Effect.map((answer) => acceptedBy(() => wire.refused(answer), shown))
    )
  }
}

/** Reads a response. The request may have been accepted even if the response cannot be read. */
const acceptedBy = (read: () => Refused | undefined, shown: (text: string) => string): Accepted => {
  try {
    const refused = read()
    return { refused: refused && { ...refused, reason: shown(refused.reason) }, isUnsure: false }
  } catch {
    return { refused: undefined, isUnsure: true }
  }
}
