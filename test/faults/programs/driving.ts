/**
 * Controls a child program: sends commands, reads answers, kills it.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { onTestFinished } from "vitest"
import type { Command, DrivenOptions, DrivenStats, OpenFailure } from "./driven.js"
import type { Emission } from "./openSink.js"

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

export interface Starting {
  /** The words before `node`, such as `strace` and its options. */
  readonly under?: ReadonlyArray<string>
  readonly nodeOptions?: ReadonlyArray<string>
  /** The user and group that it runs as; needs root. */
  readonly user?: number
  readonly env?: { readonly [name: string]: string }
}

/** A driven program that has opened its sink. */
export interface Driven {
  readonly emit: (emission: Emission) => Promise<number>
  readonly flush: () => Promise<void>
  readonly stats: () => Promise<DrivenStats>
  /** Closes the layer; the process continues. */
  readonly close: () => Promise<void>
  readonly heap: () => Promise<number>
  readonly turnsOfOneWrite: () => Promise<number>
  /** Ends the process by ending its standard input, and waits for it. */
  readonly end: () => Promise<Ending>
  readonly child: ChildProcess
  readonly ended: Promise<Ending>
}

/** Runs Node with these arguments. The process is killed at the end of the test. */
export const startNode = (
  args: ReadonlyArray<string>,
  { env, nodeOptions = [], under = [], user }: Starting = {},
  pipes = 3
): ChildProcess => {
  const command = [...under, process.execPath, ...nodeOptions, ...args]
  const child = spawn(command[0]!, command.slice(1), {
    stdio: Array.from({ length: pipes }, () => "pipe" as const),
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    ...(user === undefined ? {} : { uid: user, gid: user })
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  return child
}

/** Resolves when a process has ended and all its output has arrived. */
export const endingOf = async (child: ChildProcess): Promise<Ending> => {
  let stderr = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr += text)
  const [code, signal] = await once(child, "close") as [number | null, NodeJS.Signals | null]
  return { code, signal, stderr }
}

/** Starts the driven program. Returns it once its sink is open, or why opening failed. */
export const drive = async (
  program: string,
  options: DrivenOptions,
  starting: Starting = {}
): Promise<Driven | OpenFailure> => {
  const child = startNode([program, JSON.stringify(options)], starting)
  const ended = endingOf(child)
  // A killed process cannot be written to; the row notices its end.
  child.stdin!.on("error", () => {})
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const heard = async <A>(): Promise<A> => {
    const line = await lines.next()
    if (line.done === true) {
      const { code, signal, stderr } = await ended
      throw new Error(`the program ended (${code ?? signal}) without an answer: ${stderr}`)
    }
    return (JSON.parse(line.value) as { readonly answer: A }).answer
  }
  const ask = <A>(command: Command): Promise<A> => {
    child.stdin!.write(`${JSON.stringify(command)}\n`)
    return heard<A>()
  }
  const first = await heard<"open" | { readonly failed: OpenFailure }>()
  if (first !== "open") {
    await ended
    return first.failed
  }
  return {
    emit: (emission) => ask({ do: "emit", emission }),
    flush: () => ask({ do: "flush" }),
    stats: () => ask({ do: "stats" }),
    close: () => ask({ do: "close" }),
    heap: () => ask({ do: "heap" }),
    turnsOfOneWrite: () => ask({ do: "turnsOfOneWrite" }),
    end: () => {
      child.stdin!.end()
      return ended
    },
    child,
    ended
  }
}

/** Starts the driven program; opening must succeed. */
export const driveOpen = async (program: string, options: DrivenOptions, starting?: Starting): Promise<Driven> => {
  const driven = await drive(program, options, starting)
  if ("reason" in driven) {
    throw new Error(driven.message)
  }
  return driven
}
