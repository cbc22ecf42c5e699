#!/usr/bin/env node
/**
 * The entry point of the command line: picks the command to run, and sets the exit code.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { existsSync } from "node:fs"
import { type Command, execute, helpOf, type Syntax } from "./command.js"
import { commands } from "./commands/index.js"
import { completionScript, shells } from "./completions.js"
import { type Failure, UsageError } from "./Failure.js"
import { commandHelp, type HelpStyle, overview } from "./help.js"
import { choice, type Options } from "./options.js"
import { endWithReader, line, wantsColor, widthOf } from "./output/Output.js"
import { parse, unknown } from "./parse.js"

/** Defined when the command line is bundled. */
declare const LOOM_TELEMETRY_VERSION: string | undefined

const version = typeof LOOM_TELEMETRY_VERSION === "string" ? LOOM_TELEMETRY_VERSION : "development"

/** The options that work without a command. */
const globalSyntax = {
  name: "",
  arguments: [],
  options: {
    completions: { type: choice(...shells), description: "Print a completion script for this shell" },
    version: { description: "Print the version" },
    help: { short: "h", description: "Show this help" }
  }
} as const satisfies Syntax<Options>

const commandNamed = (name: string): Effect.Effect<Command, UsageError> => {
  const command = commands.find((each) => each.name === name)
  const message = () =>
    existsSync(name)
      ? `missing command: try \`loom-telemetry tree ${name}\`, and see ${helpOf("")}`
      : unknown(`command ${JSON.stringify(name)}`, name, commands.map((each) => each.name), "")
  return command === undefined ? Effect.fail(new UsageError({ message: message() })) : Effect.succeed(command)
}

const print = (text: string): Effect.Effect<void> => Effect.sync(() => void process.stdout.write(text))

const helpStyle = (): HelpStyle => ({ width: widthOf(undefined), color: wantsColor(undefined) })

const withoutCommand = (words: ReadonlyArray<string>): Effect.Effect<void, UsageError> =>
  Effect.gen(function*() {
    const { completions, files: [name], version: asksVersion } = yield* parse(globalSyntax, words)
    yield* print(
      completions !== undefined
        ? completionScript(completions, commands)
        : asksVersion
        ? `${version}\n`
        : name === undefined
        ? overview(commands, globalSyntax, helpStyle())
        : commandHelp(yield* commandNamed(name), helpStyle())
    )
  })

const program = ([first = "help", ...words]: ReadonlyArray<string>): Effect.Effect<void, Failure> =>
  Effect.gen(function*() {
    if (first === "help" || first.startsWith("-")) {
      return yield* withoutCommand([first === "help" ? "--help" : first, ...words])
    }
    const command = yield* commandNamed(first)
    const given = yield* parse(command, words)
    yield* given.help ? print(commandHelp(command, helpStyle())) : execute(command, given)
  })

/** The exit codes without an error class. */
const [done, failed, interrupted] = [0, 3, 130]

/** The exit code. Prints the message if the command failed. */
const exitCodeOf = (exit: Exit.Exit<void, Failure>): number => {
  if (Exit.isSuccess(exit)) {
    return done
  }
  if (Cause.isInterruptedOnly(exit.cause)) {
    return interrupted
  }
  const failure = Cause.squash(exit.cause) as Failure | Error
  process.stderr.write(`loom-telemetry: ${line(failure.message)}\n`)
  return "exitCode" in failure ? failure.exitCode : failed
}

/** How long an interrupted command may take to clean up, in milliseconds. */
const cleanupTime = 2000

const interrupt = (fiber: Fiber.RuntimeFiber<void, unknown>): void => {
  Effect.runFork(Fiber.interrupt(fiber))
  // A read that waits for input would hold up the interruption; a named pipe may do so even then.
  process.stdin.destroy()
  setTimeout(() => process.exit(interrupted), cleanupTime).unref()
}

endWithReader()
const fiber = Effect.runFork(program(process.argv.slice(2)))
process.once("SIGINT", () => interrupt(fiber))
process.once("SIGTERM", () => interrupt(fiber))
fiber.addObserver((exit) => {
  process.exitCode = exitCodeOf(exit)
  // Standard input may still be open.
  process.stdin.unref?.()
})
