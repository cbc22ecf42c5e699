/**
 * One row of the fault matrix: a test that causes a fault, and a line in the table that the run prints at its end.
 */
import { it, type TestContext } from "vitest"

export type FaultArea = "file" | "life" | "sinks" | "OTLP" | "console" | "clock" | "scale" | "hostile"

declare module "vitest" {
  interface TaskMeta {
    fault?: { readonly area: FaultArea; readonly row: string }
    /** Useful numbers, such as `written 4,096 + dropped 12 = emitted 4,108`. */
    faultNote?: string
  }
}

/** What the body of a row can report besides success and failure. */
export interface FaultRow {
  /** Adds a short note to the table. */
  readonly note: (text: string) => void
  /** Skips the row because it is not possible on this machine; the table shows the reason. */
  readonly skip: (reason: string) => never
}

/** A row whose body causes the fault and checks the promised behavior. The name describes it, in the present tense. */
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
