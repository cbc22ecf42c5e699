/**
 * Keeps undelivered items on disk for the next process, and sends those of earlier processes.
 *
 * It tracks every span or log record whose export has no result yet, so that all of them can be written at any time, even while the process exits.
 * Items that were sent but not answered are written too, so they may arrive twice, with the same ids.
 */
import { ExportResultCode } from "@opentelemetry/core"
import type { ItemExporter, Pending } from "../counted.js"
import type { OtlpResult } from "../otlpExporter.js"
import { countItems, type Keeper } from "../results.js"
import type { ExportCounter } from "../stats.js"
import type { Signal, SpoolFile, SpoolFolder } from "./SpoolFolder.js"

/** Maximum number of items in one file. */
const batchSize = 512

/** Converts the items of a signal to a line of OTLP/JSON and back. */
export interface SpoolForm<Item> {
  readonly signal: Signal
  readonly serialize: (items: Array<Item>) => string
  /** `undefined` if the line contains no items. */
  readonly revive: (line: string) => Array<Item> | undefined
}

export interface SpoolParts<Item> {
  readonly folder: SpoolFolder
  readonly form: SpoolForm<Item>
  /** The counter that counted each file, by file name, for the spools of all signals. */
  readonly written: Map<string, ExportCounter>
  readonly exporter: ItemExporter<Item>
  readonly counter: ExportCounter
  readonly pending: Pending
}

export class Spool<Item> implements Keeper<Item> {
  /** Items in the queue, or in an export without a result. */
  private readonly waiting = new Set<Item>()
  /** Items that did not fit in the queue and are not on disk yet. */
  private overflow: Array<Item> = []
  private recovery: Promise<void> = Promise.resolve()

  constructor(private readonly parts: SpoolParts<Item>) {}

  /** The number of accepted items that are not in the queue. */
  get overflowed(): number {
    return this.overflow.length
  }

  admit(item: Item): void {
    this.waiting.add(item)
  }

  /** Called when the export of these items has a result. */
  settle(items: ReadonlyArray<Item>): void {
    for (const item of items) {
      this.waiting.delete(item)
    }
  }

  /** Takes an item for which the queue has no room. */
  takeOverflow(item: Item): void {
    if (this.overflow.push(item) >= batchSize) {
      this.keepOverflow()
    }
  }

  private keepOverflow(): void {
    const items = this.overflow
    this.overflow = []
    this.keep(items)
  }

  /** Writes all items without a result. */
  keepAll(): void {
    const items = [...this.waiting]
    this.waiting.clear()
    this.keep(items)
    this.keepOverflow()
  }

  /** Writes accepted items, or counts them as dropped. */
  keep(items: ReadonlyArray<Item>): void {
    for (let start = 0; start < items.length; start += batchSize) {
      this.keepBatch(items.slice(start, start + batchSize))
    }
  }

  /** Sends the files of earlier processes, until the receiver cannot be reached. */
  recover(): void {
    this.recovery = this.sendAll(this.parts.folder.waiting(this.parts.form.signal))
  }

  /** Resolves when the files of earlier processes have been sent or put back, and the overflow has been written. */
  flush(): Promise<void> {
    this.keepOverflow()
    return this.recovery
  }

  private keepBatch(items: Array<Item>): void {
    const { counter, folder, form, written } = this.parts
    const { maxBytes } = folder.options
    try {
      const text = form.serialize(items)
      const bytes = Buffer.byteLength(text)
      if (bytes > maxBytes && items.length > 1) {
        const middle = Math.ceil(items.length / 2)
        this.keepBatch(items.slice(0, middle))
        return this.keepBatch(items.slice(middle))
      }
      for (const file of folder.makeRoom(bytes)) {
        const writer = written.get(file.plainName)
        written.delete(file.plainName)
        const isOurs = writer !== undefined
        ;(writer ?? counter).evicted(file.items, isOurs)
      }
      if (bytes > maxBytes) {
        return counter.drop("spool_full", items.length)
      }
      written.set(folder.write(text, form.signal, items.length), counter)
      counter.keep(items.length)
    } catch (error) {
      counter.spoolFailed(items.length, error)
    }
  }

  private async sendAll(files: ReadonlyArray<SpoolFile>): Promise<void> {
    for (const file of files) {
      const claimed = this.parts.folder.claim(file)
      if (claimed !== undefined && !(await this.sendFile(claimed))) {
        return
      }
    }
  }

  /** Returns whether the receiver was reached. */
  private async sendFile(file: SpoolFile): Promise<boolean> {
    const { counter, folder, form } = this.parts
    const contents = folder.read(file)
    const batches = contents?.lines.map(form.revive) ?? []
    for (const items of batches) {
      if (items !== undefined && !(await this.sendBatch(items))) {
        folder.putBack(file)
        return false
      }
    }
    if (contents?.torn !== "" || batches.length === 0 || batches.includes(undefined)) {
      const path = folder.keepAside(file)
      counter.noteOnSpool(
        "torn",
        `A file of the OpenTelemetry spool is damaged; its readable part was sent. It is kept as ${path}`
      )
    } else {
      folder.done(file)
    }
    return true
  }

  /** Returns whether the receiver answered. If not, the items stay in the spool. */
  private async sendBatch(items: Array<Item>): Promise<boolean> {
    const { counter, exporter, pending } = this.parts
    const result = await new Promise<OtlpResult | undefined>((resolve) =>
      pending.track((answer) => exporter.export(items, answer), resolve, () => resolve(undefined))
    )
    if (result === undefined || (result.code !== ExportResultCode.SUCCESS && result.isFinal !== true)) {
      counter.noteOnSpool(
        "unreached",
        `The ${counter.kind.many} in the OpenTelemetry spool could not be sent; they stay there`
      )
      return false
    }
    counter.accept(items.length)
    counter.recover(countItems(items, result, counter, this))
    return true
  }
}
