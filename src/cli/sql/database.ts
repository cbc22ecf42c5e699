/**
 * Opens DuckDB with the tables and views. It is an optional peer dependency, loaded only by the command that needs it.
 *
 * Its memory is bounded: data that does not fit goes to a temporary folder, which DuckDB creates on demand and removes when it is closed.
 */
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { IoError } from "../Failure.js"
import { type Cell, type ColumnType, type TableName, tables, views } from "./views.js"

const notInstalled =
  "`sql` needs DuckDB, which is not installed next to loom-telemetry: npm install @duckdb/node-api, or " +
  "npx --package loom-telemetry --package @duckdb/node-api loom-telemetry sql …"

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND"

/** The database while it is filled, and its connection afterwards. */
export interface Database {
  /** Adds a row. Throws an `IoError`. */
  readonly add: (table: TableName, row: ReadonlyArray<Cell>) => void
  /** Completes the tables and creates the views. */
  readonly filled: Effect.Effect<DuckDBConnection, IoError>
}

const duckDbError = (error: unknown): IoError =>
  new IoError({
    message: isMissing(error) ? notInstalled : `DuckDB: ${error instanceof Error ? error.message : String(error)}`
  })

/** Runs a step in the database. Passes on DuckDB's own error messages. */
export const step = <A>(run: () => Promise<A>): Effect.Effect<A, IoError> =>
  Effect.tryPromise({ try: run, catch: duckDbError })

const append: { readonly [T in ColumnType]: (to: DuckDBAppender, value: Exclude<Cell, null>) => void } = {
  VARCHAR: (to, value) => to.appendVarchar(String(value)),
  BIGINT: (to, value) => to.appendBigInt(BigInt(value)),
  DOUBLE: (to, value) => to.appendDouble(Number(value)),
  BOOLEAN: (to, value) => to.appendBoolean(value === true)
}

const types = Object.fromEntries(
  Object.entries(tables).map(([name, columns]) => [name, Object.values<ColumnType>(columns)])
)

/** A query can change the first two: `set memory_limit = '4GB'; select …`. */
const settings = (): Record<string, string> => ({
  memory_limit: "512MB",
  // Each thread takes a share of the memory.
  threads: String(Math.min(4, availableParallelism())),
  temp_directory: join(tmpdir(), `loom-telemetry-${randomUUID()}`)
})

/** Characters of rows that are buffered before a flush. DuckDB does not count them towards its memory limit. */
const mostHeld = 8_000_000

/** Adds rows to the tables. */
class Filling {
  private readonly appenders = new Map<TableName, DuckDBAppender>()
  private held = 0

  async begin(connection: DuckDBConnection): Promise<void> {
    for (const [name, columns] of Object.entries(tables)) {
      const list = Object.entries(columns).map(([column, type]) => `${column} ${type}`).join(", ")
      await connection.run(`create table ${name} (${list})`)
      this.appenders.set(name as TableName, await connection.createAppender(name))
    }
  }

  add(table: TableName, row: ReadonlyArray<Cell>): void {
    const to = this.appenders.get(table)!
    row.forEach((value, at) => {
      if (value === null) {
        to.appendNull()
      } else {
        append[types[table]![at]!](to, value)
        this.held += typeof value === "string" ? value.length : 8
      }
    })
    to.endRow()
    if (this.held > mostHeld) {
      this.held = 0
      this.appenders.forEach((appender) => appender.flushSync())
    }
  }

  end(): void {
    this.appenders.forEach((appender) => appender.closeSync())
  }
}

const opened: Effect.Effect<DuckDBInstance, IoError, Scope.Scope> = Effect.acquireRelease(
  step(async () => {
    const { DuckDBInstance } = await import("@duckdb/node-api")
    // Files that DuckDB writes are readable by their owner only, as with other commands.
    process.umask(0o077)
    return DuckDBInstance.create(":memory:", settings())
  }),
  (instance) => Effect.sync(() => instance.closeSync())
)

/** Opens a database that is closed with the scope. */
export const openDatabase: Effect.Effect<Database, IoError, Scope.Scope> = Effect.gen(function*() {
  const instance = yield* opened
  const connection = yield* Effect.acquireRelease(
    step(() => instance.connect()),
    (open) => Effect.sync(() => open.closeSync())
  )
  const filling = new Filling()
  yield* step(() => filling.begin(connection))
  return {
    add: (table, row) => {
      try {
        filling.add(table, row)
      } catch (error) {
        throw duckDbError(error)
      }
    },
    filled: step(async () => {
      filling.end()
      for (const view of views) {
        await connection.run(view)
      }
      return connection
    })
  }
})
