/**
 * Decides by the result of an export what happens to its spans or log records: written, refused, or kept for the next process.
 */
import { ExportResultCode } from "@opentelemetry/core"
import type { OtlpResult } from "./otlpExporter.js"
import type { ExportCounter } from "./stats.js"

/** Keeps accepted items that could not be delivered. */
export interface Keeper<Item> {
  /** Accepted items that are in neither the queue nor an export. */
  readonly overflowed: number
  /** Called when an item enters the queue. */
  readonly admit: (item: Item) => void
  /** Called when the queue has no room for an item. */
  readonly takeOverflow: (item: Item) => void
  /** Called when the export of these items has a result. */
  readonly settle: (items: ReadonlyArray<Item>) => void
  /** Counts the items as kept or dropped. */
  readonly keep: (items: ReadonlyArray<Item>) => void
  /** Resolves when the items outside the queue have been handled. */
  readonly flush: () => Promise<void>
}

/** Counts accepted items by the result of their export, and returns how many may have arrived. */
export const countItems = <Item>(
  items: ReadonlyArray<Item>,
  result: OtlpResult,
  counter: ExportCounter,
  keeper: Keeper<Item> | undefined
): number => {
  if (result.code !== ExportResultCode.SUCCESS) {
    if (keeper === undefined || result.isFinal === true) {
      counter.failed(items.length, result.error)
    } else {
      counter.unreachable(result.error)
      keeper.keep(items)
    }
    return 0
  }
  const unreached = (result.unreached ?? []) as ReadonlyArray<Item>
  const refused = Math.min(items.length - unreached.length, result.refused?.count ?? 0)
  const arrived = items.length - refused - unreached.length
  const unsure = Math.min(arrived, result.unsure ?? 0)
  counter.wrote(arrived - unsure)
  if (unsure > 0) {
    counter.maybeWrote(unsure)
  }
  if (refused > 0) {
    const { many } = counter.kind
    counter.failed(refused, `the receiver refused ${refused} of ${items.length} ${many}: ${result.refused?.reason}`)
  }
  if (unreached.length > 0) {
    keepOrDrop(unreached, counter, keeper)
  }
  return arrived
}

const keepOrDrop = <Item>(
  items: ReadonlyArray<Item>,
  counter: ExportCounter,
  keeper: Keeper<Item> | undefined
): void => {
  const why = `the receiver became unreachable before it had received ${items.length} ${counter.kind.many} of a batch`
  if (keeper === undefined) {
    return counter.failed(items.length, why)
  }
  counter.unreachable(why)
  keeper.keep(items)
}
