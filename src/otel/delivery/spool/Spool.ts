/**
 * Keeps what could not be delivered for the next process, and sends what earlier ones kept.
 *
 * It knows every span whose export has no result yet, so that they can be written at any time, also while the process exits. What was sent without an
 * answer is written too: it may arrive twice, with the same ids.
 */
import { ExportResultCode } from "@opentelemetry/core"
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base"
import type { Pending } from "../counted.js"
import type { OtlpResult } from "../otlpExporter.js"
import { countItems, type Keeper } from "../results.js"
import type { ExportCounter } from "../stats.js"
import { revive } from "./revive.js"
import type { SpoolFile, SpoolFolder } from "./SpoolFolder.js"

/** Spans in one file. */
const batchSize = 512

export interface SpoolParts {
  readonly folder: SpoolFolder
  /** One line of OTLP/JSON. */
  readonly serialize: (spans: Array<ReadableSpan>) => string
  readonly maxBytes: number
  readonly counter: ExportCounter
  readonly pending: Pending
}

export class Spool implements Keeper<ReadableSpan> {
  /** Spans in the queue, or in an export without a result. */
  private readonly waiting = new Set<ReadableSpan>()
  /** Spans that did not fit in the queue and are not on disk yet. */
  private overflow: Array<ReadableSpan> = []
  /** The names of the files that were written here, with their spans. */
  private readonly ours = new Set<string>()
  private recovery: Promise<void> = Promise.resolve()

  constructor(private readonly parts: SpoolParts) {}

  /** The number of accepted spans that are not in the queue. */
  get overflowed(): number {
    return this.overflow.length
  }

  admit(span: ReadableSpan): void {
    this.waiting.add(span)
  }

  /** The export of these spans has a result. */
  settle(spans: ReadonlyArray<ReadableSpan>): void {
    for (const span of spans) {
      this.waiting.delete(span)
    }
  }

  /** Takes a span for which the queue has no room. */
  takeOverflow(span: ReadableSpan): void {
    if (this.overflow.push(span) >= batchSize) {
      this.keepOverflow()
    }
  }

  private keepOverflow(): void {
    const spans = this.overflow
    this.overflow = []
    this.keep(spans)
  }

  /** Writes all spans without a result. */
  keepAll(): void {
    const spans = [...this.waiting]
    this.waiting.clear()
    this.keep(spans)
    this.keepOverflow()
  }

  /** Writes accepted spans, or counts them as dropped. */
  keep(spans: ReadonlyArray<ReadableSpan>): void {
    for (let start = 0; start < spans.length; start += batchSize) {
      this.keepBatch(spans.slice(start, start + batchSize))
    }
  }

  /** Sends what earlier processes left, until a receiver cannot be reached. */
  recover(exporter: SpanExporter): void {
    const { counter, folder } = this.parts
    for (const name of folder.foreign()) {
      counter.noteOnSpool(
        "version",
        `The OpenTelemetry spool has files of another version, such as ${name}: they are left alone`
      )
    }
    this.recovery = this.sendAll(exporter, folder.waiting())
  }

  /** Resolves when what earlier processes left has been sent or put back, and nothing is outside the queue. */
  flush(): Promise<void> {
    this.keepOverflow()
    return this.recovery
  }

  private keepBatch(spans: Array<ReadableSpan>): void {
    const { counter, folder, maxBytes, serialize } = this.parts
    try {
      const text = serialize(spans)
      const bytes = Buffer.byteLength(text)
      if (bytes > maxBytes && spans.length > 1) {
        const middle = Math.ceil(spans.length / 2)
        this.keepBatch(spans.slice(0, middle))
        return this.keepBatch(spans.slice(middle))
      }
      for (const file of folder.makeRoom(bytes)) {
        counter.evicted(file.spans, this.ours.delete(file.plainName))
      }
      if (bytes > maxBytes) {
        return counter.drop("spool_full", spans.length)
      }
      this.ours.add(folder.write(text, spans.length))
      counter.keep(spans.length)
    } catch (error) {
      counter.spoolFailed(spans.length, error)
    }
  }

  private async sendAll(exporter: SpanExporter, files: ReadonlyArray<SpoolFile>): Promise<void> {
    for (const file of files) {
      const claimed = this.parts.folder.claim(file)
      if (claimed !== undefined && !(await this.sendFile(exporter, claimed))) {
        return
      }
    }
  }

  /** Whether a receiver was reached. */
  private async sendFile(exporter: SpanExporter, file: SpoolFile): Promise<boolean> {
    const { counter, folder } = this.parts
    const contents = folder.read(file)
    const batches = contents?.lines.map(revive) ?? []
    for (const spans of batches) {
      if (spans !== undefined && !(await this.sendBatch(exporter, spans))) {
        folder.putBack(file)
        return false
      }
    }
    if (contents?.torn !== "" || batches.length === 0 || batches.includes(undefined)) {
      const path = folder.keepAside(file)
      counter.noteOnSpool(
        "torn",
        `A file of the OpenTelemetry spool is damaged; what could be read was sent. It is kept as ${path}`
      )
    } else {
      folder.done(file)
    }
    return true
  }

  /** Whether there is an answer for the spans. Without one, they stay where they are. */
  private async sendBatch(exporter: SpanExporter, spans: Array<ReadableSpan>): Promise<boolean> {
    const { counter, pending } = this.parts
    const result = await new Promise<OtlpResult | undefined>((resolve) =>
      pending.track((answer) => exporter.export(spans, answer), resolve, () => resolve(undefined))
    )
    if (result === undefined || (result.code !== ExportResultCode.SUCCESS && result.isFinal !== true)) {
      counter.noteOnSpool("unreached", "The spans in the OpenTelemetry spool could not be sent; they stay there")
      return false
    }
    counter.accept(spans.length)
    counter.recover(countItems(spans, result, counter, this))
    return true
  }
}
