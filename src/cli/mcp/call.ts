/**
 * Calls a tool of `mcp`: runs its command with an output in memory.
 */
import * as Effect from "effect/Effect"
import { ConditionMet, type Failure, UsageError } from "../Failure.js"
import { Output } from "../output/Output.js"
import { parse } from "../parse.js"
import type { Answer } from "./protocol.js"
import { type CommandTool, tools } from "./tools.js"

/** The maximum length of an answer in characters, because an agent's context is small. */
const longestAnswer = 30_000

/** Keeps the first characters of what a command writes. */
class TruncatedOutput {
  private text = ""
  private isCut = false
  private readonly logged: Array<string> = []

  readonly output: Output["Type"] = {
    write: (text) => Effect.sync(() => this.write(text)),
    log: (text) => Effect.sync(() => void this.logged.push(text)),
    logOnce: (text) => Effect.sync(() => this.logged.includes(text) ? undefined : void this.logged.push(text)),
    noteTruncated: (path) =>
      Effect.sync(() => void this.logged.push(`${path}: the compressed data is truncated or corrupt`)),
    truncated: Effect.succeed([]),
    progress: () => Effect.void,
    width: 160,
    color: false,
    isTerminal: false
  }

  private write(text: string): void {
    const room = longestAnswer - this.text.length
    this.isCut ||= text.length > room
    this.text += text.slice(0, Math.max(0, room))
  }

  answer(problem?: string): string {
    const end = this.isCut ? [`… the answer was truncated after ${longestAnswer} characters: ask for less`] : []
    return [this.text, ...end, ...this.logged.slice(0, 10), ...(problem === undefined ? [] : [problem])].join("\n")
  }
}

const optionsOf = (
  { arguments: known }: CommandTool,
  given: { readonly [name: string]: unknown }
): Effect.Effect<ReadonlyArray<string>, UsageError> => {
  const wrong = Object.entries(given).find(([name, value]) => !Object.hasOwn(known, name) || typeof value !== "string")
  const missing = Object.entries(known).find(([name, { required }]) => required === true && given[name] === undefined)
  return wrong !== undefined
    ? Effect.fail(new UsageError({ message: `unknown argument, or not a string: ${wrong[0]}` }))
    : missing !== undefined
    ? Effect.fail(new UsageError({ message: `missing argument: ${missing[0]}` }))
    : Effect.succeed(Object.entries(given).map(([name, value]) => `--${name}=${String(value)}`))
}

const run = (
  tool: CommandTool,
  given: { readonly [name: string]: unknown },
  files: ReadonlyArray<string>
): Effect.Effect<void, Failure, Output> =>
  Effect.gen(function*() {
    const parsed = yield* parse(tool.command, [...yield* optionsOf(tool, given), "--", ...files])
    yield* tool.command.run(parsed)
  })

/** Runs a tool on these files. Never fails: an error is an answer that the agent reads. */
export const callTool = (
  files: ReadonlyArray<string>,
  name: string,
  given: { readonly [name: string]: unknown }
): Effect.Effect<Answer> => {
  const tool = tools.find((each) => each.name === name)
  if (tool === undefined) {
    return Effect.succeed({ text: `There is no tool ${JSON.stringify(name)}`, isError: true })
  }
  const captured = new TruncatedOutput()
  return run(tool, given, files).pipe(
    Effect.provideService(Output, captured.output),
    Effect.match({
      onSuccess: () => ({ text: captured.answer(), isError: false }),
      onFailure: (failure) =>
        failure instanceof ConditionMet
          ? { text: captured.answer(), isError: false }
          : { text: captured.answer(failure.message), isError: true }
    })
  )
}
