/**
 * DuckDB in memory with the tables and views. It is an optional peer, loaded only by the command that needs it.
 */
import type { DuckDBAppender, DuckDBConnection } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { IoError } from "../Failure.js"
import { type Cell, type ColumnType, type TableName, tables, views } from "./views.js"

const notInstalled = "`sql` needs DuckDB, which is not installed next to loom-telemetry: npm install @duckdb/node-api"

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND"

/** The database while it is filled, and its connection afterwards. */
export interface Database {
  readonly add: (table: TableName, row: ReadonlyArray<Cell>) => void
  /** Ends the filling. */
  readonly filled: Effect.Effect<DuckDBConnection, IoError>
}

/** A step in the database; its errors are in DuckDB's words. */
export const step = <A>(run: () => Promise<A>): Effect.Effect<A, IoError> =>
  Effect.tryPromise({
    try: run,
    catch: (error) =>
      new IoError({
        message: isMissing(error) ? notInstalled : `DuckDB: ${error instanceof Error ? error.message : String(error)}`
      })
  })

const append: { readonly [T in ColumnType]: (to: DuckDBAppender, value: Exclude<Cell, null>) => void } = {
  VARCHAR: (to, value) => to.appendVarchar(String(value)),
  BIGINT: (to, value) => to.appendBigInt(BigInt(value)),
  DOUBLE: (to, value) => to.appendDouble(Number(value)),
  BOOLEAN: (to, value) => to.appendBoolean(value === true)
}

/** Opens a database that is closed with the scope. */
export const openDatabase: Effect.Effect<Database, IoError, Scope.Scope> = Effect.gen(function*() {
  const { DuckDBInstance } = yield* step(() => import("@duckdb/node-api"))
  const connection = yield* Effect.acquireRelease(
    step(async () => (await DuckDBInstance.create(":memory:")).connect()),
    (open) => Effect.sync(() => open.closeSync())
  )
  const appenders = new Map<TableName, DuckDBAppender>()
  for (const [name, columns] of Object.entries(tables)) {
    const list = Object.entries(columns).map(([column, type]) => `${column} ${type}`).join(", ")
    yield* step(() => connection.run(`create table ${name} (${list})`))
    appenders.set(name as TableName, yield* step(() => connection.createAppender(name)))
  }
  const types = Object.fromEntries(
    Object.entries(tables).map(([name, columns]) => [name, Object.values<ColumnType>(columns)])
  )
  return {
    add: (table, row) => {
      const to = appenders.get(table)!
      row.forEach((value, at) => value === null ? to.appendNull() : append[types[table]![at]!](to, value))
      to.endRow()
    },
    filled: step(async () => {
      appenders.forEach((appender) => appender.closeSync())
      for (const view of views) {
        await connection.run(view)
      }
      return connection
    })
  }
})
