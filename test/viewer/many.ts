/**
 * Many traces of two agents over some hours, of very different length and cost; every eleventh failed, every seventh has a failed tool inside.
 */
import { fileOf, lineOf } from "./samples.js"

/** A pseudo-random number from 0 to 1 that depends only on `n`. */
const spread = (n: number): number => ((n * 2_654_435_761) % 4_294_967_296) / 4_294_967_296

/** A file with this many traces. */
export const manyFile = (traces: number): string =>
  fileOf(Array.from({ length: traces }, (_, n) => {
    const trace = n + 1
    const start = n * 60_000 + spread(n) * 50_000
    const length = 400 * Math.exp(spread(n + 7000) * 5)
    const hasFailed = n % 11 === 3
    const failedTool = n % 7 === 2
    const agent = n % 3 === 0 ? "writer" : "triage"
    return [
      lineOf({
        id: 1,
        trace,
        name: "loom.run",
        start,
        end: start + length,
        attributes: { agent, user_id: n % 2 === 0 ? "alice" : "bob" },
        outcome: hasFailed ? "failure" : "success",
        ...(hasFailed && { exception: "AgentError: the model cannot be reached" })
      }),
      lineOf({
        id: 2,
        trace,
        parent: 1,
        name: "loom.model.stream",
        start,
        end: start + length * 0.6,
        attributes: {
          model: agent === "writer" ? "claude-opus-4-5" : "gpt-5-mini",
          tokens_in: Math.round(length),
          tokens_out: Math.round(length / 9),
          cost_usd: (agent === "writer" ? 6e-6 : 4e-7) * length * (0.6 + spread(n + 99))
        }
      }),
      lineOf({
        id: 3,
        trace,
        parent: 1,
        name: "loom.tool",
        start: start + length * 0.6,
        end: start + length * 0.9,
        attributes: { tool: "search_logs", ok: !failedTool }
      })
    ].join("\n")
  }))
