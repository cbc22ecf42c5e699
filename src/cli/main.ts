/**
 * The command line: its commands, and how their ends become exit codes.
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as Cause from "effect/Cause"
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { normalized } from "./argv.js"
import { common } from "./command.js"
import { commands, descriptions } from "./commands/index.js"
import { completionScript, shells } from "./completions/completions.js"
import { exitCodeOf, exitCodes, type Failure } from "./Failure.js"
import { commandHelp, overview } from "./help.js"
import { line } from "./output/line.js"
import { endWithReader, wantsColor, widthOf } from "./output/Output.js"
import { version } from "./version.js"
import { wrongOption } from "./wrongOption.js"

const what =
  "Answers from traces of LLM agents: from a file of JSON lines, written by loom-telemetry or by LoomFlow, to a tree, a " +
  "table, a page. A file may be gzip; - is standard input, and so is no file at all."

const root = Command.make("loom-telemetry").pipe(Command.withSubcommands(commands))

const run = Command.run(root, { name: "loom-telemetry", version })

const styles = /\u001b\[[0-9;]*m/g

/** What the parser of the command line says, in our form. */
const plainConsole = (): Console.Console => {
  const plain = (texts: ReadonlyArray<unknown>): string => texts.map(String).join(" ").replace(styles, "").trim()
  const standard = Effect.runSync(Effect.console)
  return {
    ...standard,
    log: (...texts) => Effect.sync(() => void process.stdout.write(`${plain(texts)}\n`)),
    error: (...texts) => Effect.sync(() => say(plain(texts)))
  }
}

/** The help that these words ask for, if they do. */
const helpFor = (words: ReadonlyArray<string>): string | undefined => {
  const look = {
    width: widthOf(undefined),
    color: wantsColor(undefined, process.env, process.stdout.isTTY === true)
  }
  const end = words.indexOf("--")
  const isAsked = words.slice(0, end < 0 ? words.length : end).some((word) => word === "--help" || word === "-h")
  const named = words[0] === "help" ? words[1] : words.find((word) => !word.startsWith("-"))
  if (words.length > 0 && words[0] !== "help" && !isAsked) {
    return undefined
  }
  const command = descriptions.find(({ name }) => name === named)
  return command !== undefined
    ? commandHelp(command, everywhere, look)
    : named === undefined
    ? overview(what, descriptions, look)
    : undefined
}

/** What is wrong with the options behind a command's name. */
const wrongWords = ([first, ...words]: ReadonlyArray<string>): string | undefined => {
  const command = descriptions.find(({ name }) => name === first)
  return command === undefined ? undefined : wrongOption(words, command.options.map(([term]) => term))
}

const everywhere = new Set(Object.keys(common).map((name) => `--${name}`))

const settings = Layer.mergeAll(
  NodeContext.layer,
  CliConfig.layer({ showBuiltIns: false, showTypes: false, autoCorrectLimit: 2, isCaseSensitive: true })
)

const say = (message: string): void => {
  process.stderr.write(`loom-telemetry: ${line(message)}\n`)
}

/** Prints what a shell completes with. */
const complete = (shell: string | undefined): void => {
  const script = completionScript(shell, descriptions)
  if (script === undefined) {
    say(`--completions takes one of ${shells.join(", ")}`)
    process.exitCode = exitCodes.usage
  } else {
    process.stdout.write(script)
  }
}

/** The exit code for how it ended; what there is to say is said. */
const codeOf = (exit: Exit.Exit<void, Failure | ValidationError.ValidationError>): number => {
  if (Exit.isSuccess(exit)) {
    return exitCodes.done
  }
  if (Cause.isInterruptedOnly(exit.cause)) {
    return exitCodes.interrupted
  }
  const error = Cause.squash(exit.cause)
  if (ValidationError.isValidationError(error)) {
    // It has printed what is wrong.
    return exitCodes.usage
  }
  const failure = error as Failure | Error
  say(failure.message)
  return "_tag" in failure ? exitCodeOf(failure) : exitCodes.failed
}

/** Milliseconds that an interrupted command has to clean up. */
const cleaningTime = 2000

const interrupt = (fiber: Fiber.RuntimeFiber<void, unknown>): void => {
  Effect.runFork(Fiber.interrupt(fiber))
  // Whoever waits for input would wait on, and so would the interruption; a named pipe may hold it even so.
  process.stdin.destroy()
  setTimeout(() => process.exit(exitCodes.interrupted), cleaningTime).unref()
}

/** Runs the command line with these words, `process.argv` as they are, and ends the process. */
export const main = (argv: ReadonlyArray<string>): void => {
  endWithReader()
  const words = normalized(argv.slice(2))
  const help = helpFor(words)
  if (help !== undefined) {
    process.stdout.write(help)
    return
  }
  if (words[0] === "--completions") {
    complete(words[1])
    return
  }
  const wrong = wrongWords(words)
  if (wrong !== undefined) {
    say(wrong)
    process.exitCode = exitCodes.usage
    return
  }
  const program = run([...argv.slice(0, 2), ...words]).pipe(
    Effect.withConsole(plainConsole()),
    Effect.provide(settings)
  )
  const fiber = Effect.runFork(program)
  const stop = () => interrupt(fiber)
  process.once("SIGINT", stop)
  process.once("SIGTERM", stop)
  fiber.addObserver((exit) => {
    process.exitCode = codeOf(exit)
    // Standard input may still be open.
    process.stdin.unref?.()
  })
}
