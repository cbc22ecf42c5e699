/**
 * One row of the fault matrix: a test that does the damage, and a line in the table that the run prints at its end.
 */
import { it, type TestContext } from "vitest"

/** The parts of the package that the matrix has rows for. */
export type FaultArea = "file" | "life" | "sinks" | "OTLP" | "console" | "clock" | "scale" | "hostile"

declare module "vitest" {
  interface TaskMeta {
    fault?: { readonly area: FaultArea; readonly row: string }
    /** Numbers worth a look, such as `written 4,096 + dropped 12 = emitted 4,108`. */
    faultNote?: string
  }
}

/** What a row's body can say besides holding or not. */
export interface FaultRow {
  /** Puts a short remark into the table. */
  readonly note: (text: string) => void
  /** Ends the row as not possible on this machine, with the reason; the table and the run say so. */
  readonly skip: (reason: string) => never
}

/** A row whose body does the damage and expects what is promised. The name says what holds, in the present tense. */
export const faultRow = (
  area: FaultArea,
  name: string,
  body: (row: FaultRow) => Promise<void> | void,
  timeout = 60_000
): void => {
  it(name, { timeout }, async ({ skip, task }: TestContext) => {
    task.meta.fault = { area, row: name }
    await body({
      note: (text) => {
        task.meta.faultNote = text
      },
      skip: (reason) => {
        task.meta.faultNote = reason
        return skip(reason)
      }
    })
  })
}
