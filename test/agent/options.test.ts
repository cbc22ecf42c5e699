/**
 * Invalid options are rejected when an agent is made: as limits they would have no effect.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Agent, type AgentOptions, Supervisor, Workflow } from "loom-telemetry/agent"
import { calling, saying, talker } from "./arithmetic.js"
import { recorded, scripted } from "./recorded.js"

type Options = Partial<AgentOptions<{}>>

const named = { name: "a", instructions: "" }

/** As from `Number(process.env.MAX)` if it is not set. */
const unset = Number(undefined)

const refused: ReadonlyArray<readonly [option: string, options: Options, message: string]> = [
  ...[unset, 0, 0.5, -1, -Infinity].map((maxTurns) =>
    [
      `maxTurns ${maxTurns}`,
      { maxTurns },
      `\`maxTurns\` must be a number of turns, 1 or more, but it is ${maxTurns}. Omit it for 50`
    ] as const
  ),
  ...[unset, 0, 0.5, -1].map((toolConcurrency) =>
    [
      `toolConcurrency ${toolConcurrency}`,
      { toolConcurrency },
      `\`toolConcurrency\` must be "unbounded" or a number of tools, 1 or more, but it is ${toolConcurrency}. ` +
      "Omit it for \"unbounded\""
    ] as const
  ),
  ...[unset, -1].map((modelRetries) =>
    [
      `modelRetries ${modelRetries}`,
      { modelRetries },
      `\`modelRetries\` must be a number of attempts, 0 or more, but it is ${modelRetries}. Omit it for 2`
    ] as const
  ),
  ...[unset, -1, "-1 second", "soon"].map((toolTimeout) =>
    [
      `toolTimeout ${toolTimeout}`,
      { toolTimeout: toolTimeout as number },
      `\`toolTimeout\` must be a duration, but it is ${toolTimeout}. ` +
      "Use \"30 seconds\", or a number of milliseconds; omit it for no limit"
    ] as const
  ),
  ...[unset, -1].flatMap((limit) => [
    [
      `budget.maxTokens ${limit}`,
      { budget: { maxTokens: limit } },
      `\`budget.maxTokens\` must be a number of tokens, 0 or more, but it is ${limit}. Omit it for no limit`
    ] as const,
    [
      `budget.maxCostUsd ${limit}`,
      { budget: { maxCostUsd: limit } },
      `\`budget.maxCostUsd\` must be an amount of US dollars, 0 or more, but it is ${limit}. Omit it for no limit`
    ] as const,
    [
      `budget.maxWallClock ${limit}`,
      { budget: { maxWallClock: limit } },
      `\`budget.maxWallClock\` must be a duration, but it is ${limit}. ` +
      "Use \"30 seconds\", or a number of milliseconds; omit it for no limit"
    ] as const
  ])
]

describe("an agent", () => {
  it.each(refused)("is not made with %s", (_, options, message) => {
    expect(() => Agent.make({ ...named, ...options })).toThrow(new RangeError(`Agent.make: ${message}`))
    expect(() => Supervisor.make({ ...named, ...options, workers: { writer: talker("writer") } }))
      .toThrow(new RangeError(`Supervisor.make: ${message}`))
  })

  it.effect.each<readonly [name: string, options: Options]>([
    ["nothing left out", { maxTurns: 1, toolConcurrency: 1, modelRetries: 0, toolTimeout: 0 }],
    ["no limits", {
      maxTurns: Infinity,
      toolConcurrency: "unbounded",
      modelRetries: Infinity,
      toolTimeout: Infinity,
      budget: { maxTokens: Infinity, maxCostUsd: Infinity, maxWallClock: "1 hour" }
    }],
    ["options that are undefined", {
      maxTurns: undefined,
      toolConcurrency: undefined,
      modelRetries: undefined,
      toolTimeout: undefined,
      budget: { maxTokens: undefined, maxCostUsd: undefined, maxWallClock: undefined }
    }]
  ])("is made and runs with %s", ([, options]) =>
    Effect.gen(function*() {
      const run = yield* Agent.make({ ...named, ...options }).run("Hi").pipe(scripted(saying("Hi")), recorded)
      expect(Exit.map(run.exit, ({ output }) => output)).toEqual(Exit.succeed("Hi"))
    }))

  it.effect("ends at a budget of 0, which is valid", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ ...named, budget: { maxTokens: 0, maxCostUsd: 0, maxWallClock: 0 } })
      const run = yield* agent.run("Hi").pipe(scripted(calling()), recorded)
      expect(yield* run.exit).toMatchObject({ interruptedReason: "budget:max_tokens", turns: 0 })
    }))
})

describe("a loop of steps", () => {
  it.each([unset, 0, -1])("is not made with a max of %s", (max) => {
    const body = (text: string) => Effect.succeed(text)
    expect(() => Workflow.loop("again", { body, until: () => false, max })).toThrow(
      new RangeError(
        `Workflow.loop: \`max\` must be a number of iterations, 1 or more, but it is ${max}. Use 10 for ten iterations`
      )
    )
  })
})
