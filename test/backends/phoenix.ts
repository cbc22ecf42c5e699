/**
 * A running Phoenix, and its API.
 */
import { Effect, type Scope } from "effect"
import { programOf } from "./installed.js"
import { freePort, NotInTimeError, server, temporaryFolder } from "./server.js"

/** The address of a running Phoenix. */
export type PhoenixUrl = string

/** Starts an empty Phoenix. */
export const phoenix: Effect.Effect<PhoenixUrl, NotInTimeError, Scope.Scope> = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const [port, grpcPort] = [yield* freePort, yield* freePort]
  const url = `http://127.0.0.1:${port}`
  yield* server({
    command: programOf("phoenix"),
    args: ["serve"],
    env: {
      PHOENIX_WORKING_DIR: folder,
      PHOENIX_HOST: "127.0.0.1",
      PHOENIX_PORT: String(port),
      PHOENIX_GRPC_PORT: String(grpcPort),
      PHOENIX_TELEMETRY_ENABLED: "false",
      PHOENIX_ALLOW_EXTERNAL_RESOURCES: "false",
      PHOENIX_DISABLE_AGENT_ASSISTANT: "true"
    },
    folder,
    probe: { url: `${url}/v1/projects` }
  })
  return url
})

/** The sums of tokens and US dollars that Phoenix computes. */
export interface PhoenixCost {
  readonly total: { readonly tokens: number | null; readonly cost: number | null }
}

/** The input or output that Phoenix shows. */
export interface PhoenixText {
  readonly value: string
  readonly mimeType: "text" | "json"
}

/** A span in Phoenix. */
export interface PhoenixSpan {
  readonly name: string
  /** The kind in lower case. */
  readonly spanKind: string
  readonly spanId: string
  readonly parentId: string | null
  readonly trace: { readonly traceId: string }
  readonly statusCode: "OK" | "ERROR" | "UNSET"
  readonly statusMessage: string
  readonly userId: string | null
  readonly tokenCountPrompt: number | null
  readonly tokenCountCompletion: number | null
  readonly tokenCountTotal: number | null
  readonly cumulativeTokenCountTotal: number | null
  readonly costSummary: PhoenixCost | null
  readonly input: PhoenixText | null
  readonly output: PhoenixText | null
  /** The attributes as JSON, nested by the dots in their names. */
  readonly attributes: string
}

/** A session in Phoenix. */
export interface PhoenixSession {
  readonly sessionId: string
  readonly userId: string | null
  readonly numTraces: number
  readonly tokenUsage: { readonly prompt: number; readonly completion: number; readonly total: number }
  readonly costSummary: PhoenixCost
  readonly firstInput: PhoenixText | null
  readonly lastOutput: PhoenixText | null
}

/** A project in Phoenix. */
export interface PhoenixProject {
  readonly name: string
  readonly tokenCountPrompt: number
  readonly tokenCountCompletion: number
  readonly tokenCountTotal: number
  readonly costSummary: PhoenixCost
  readonly sessions: ReadonlyArray<PhoenixSession>
  readonly spans: ReadonlyArray<PhoenixSpan>
}

const query = `{
  projects { edges { node {
    name tokenCountPrompt tokenCountCompletion tokenCountTotal costSummary { total { tokens cost } }
    sessions(first: 100) { edges { node {
      sessionId userId numTraces tokenUsage { prompt completion total } costSummary { total { tokens cost } }
      firstInput { value mimeType } lastOutput { value mimeType }
    } } }
    spans(first: 1000) { edges { node {
      name spanKind spanId parentId trace { traceId } statusCode statusMessage userId
      tokenCountPrompt tokenCountCompletion tokenCountTotal cumulativeTokenCountTotal
      costSummary { total { tokens cost } } input { value mimeType } output { value mimeType } attributes
    } } }
  } } }
}`

const nodes = <A>({ edges }: { readonly edges: ReadonlyArray<{ readonly node: A }> }): ReadonlyArray<A> =>
  edges.map(({ node }) => node)

/** The project with this name; fails while it has fewer spans, or their costs have not been computed yet. */
export const projectOf = (
  url: PhoenixUrl,
  name: string,
  spans: number
): Effect.Effect<PhoenixProject, NotInTimeError> =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query })
      })
      const { data, errors } = await response.json() as any
      if (errors) {
        throw new Error(JSON.stringify(errors))
      }
      const projects: ReadonlyArray<PhoenixProject> = nodes<any>(data.projects).map((project) => ({
        ...project,
        sessions: nodes(project.sessions),
        spans: nodes(project.spans)
      }))
      const found = projects.find((project) => project.name === name)
      if (
        found === undefined || found.spans.length < spans ||
        found.spans.some(({ costSummary, spanKind }) => spanKind === "llm" && costSummary === null)
      ) {
        throw new Error(`the project ${name} holds ${found?.spans.length ?? 0} spans, not ${spans} with their costs`)
      }
      return found
    },
    catch: (cause) => new NotInTimeError({ what: `Phoenix: ${String(cause)}` })
  })
