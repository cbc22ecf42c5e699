/**
 * ClickHouse's engine behind its HTTP interface (see clickhouse/server.py), and queries in its SQL.
 */
import { Effect, type Scope } from "effect"
import { fileURLToPath } from "node:url"
import { programOf } from "./installed.js"
import { freePort, NotInTimeError, server, temporaryFolder } from "./server.js"

/** The address of a running engine. */
export type ClickhouseUrl = string

const script = fileURLToPath(new URL("./clickhouse/server.py", import.meta.url))

/** Starts an empty engine. */
export const clickhouse: Effect.Effect<ClickhouseUrl, NotInTimeError, Scope.Scope> = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const port = yield* freePort
  const url = `http://127.0.0.1:${port}`
  yield* server({
    command: programOf("clickhouse"),
    args: [script, String(port), folder],
    env: {},
    folder,
    probe: { url }
  })
  return url
})

type Row = { readonly [column: string]: any }

/** The engine's response to a statement, as text. */
const ask = (url: ClickhouseUrl, database: string, statement: string): Effect.Effect<string, NotInTimeError> =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(`${url}/?database=${database}&default_format=JSON`, {
        method: "POST",
        body: statement
      })
      const answer = await response.text()
      if (!response.ok) {
        throw new Error(answer)
      }
      return answer
    },
    catch: (cause) => new NotInTimeError({ what: `ClickHouse, ${statement}: ${String(cause)}` })
  })

/** Runs a statement that returns no rows. */
export const execute = (url: ClickhouseUrl, statement: string): Effect.Effect<void, NotInTimeError> =>
  Effect.asVoid(ask(url, "default", statement))

/** The rows of a query. 64-bit integers are numbers. */
export const rows = (
  url: ClickhouseUrl,
  query: string,
  database = "otel"
): Effect.Effect<ReadonlyArray<Row>, NotInTimeError> =>
  Effect.map(
    ask(url, database, `${query} SETTINGS output_format_json_quote_64bit_integers = 0`),
    (answer) => (JSON.parse(answer) as { readonly data: ReadonlyArray<Row> }).data
  )
