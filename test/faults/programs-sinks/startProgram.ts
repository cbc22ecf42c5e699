/**
 * Starts a program of the fault rows as a child process, with an additional pipe for its report.
 */
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process"
import { once } from "node:events"
import { afterAll } from "vitest"
import { besideDependencies, bundledPrograms } from "../../bundled.js"

const names = ["life", "million", "printing", "promising"] as const

/** The child programs. */
export type ProgramName = typeof names[number]

export interface Start {
  readonly args?: ReadonlyArray<string>
  readonly nodeOptions?: ReadonlyArray<string>
  readonly env?: { readonly [name: string]: string }
  /** Its standard error; by default a pipe that is read. A `"held"` pipe is not read until the row reads it. */
  readonly stderr?: "pipe" | "held" | number
}

/** How a program ended, and its output. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Its output on descriptor 3. */
  readonly report: string
}

/** A running program. */
export interface Started {
  readonly child: ChildProcess
  /** Resolves when the program has printed this on standard output; rejects if it ends first. */
  readonly said: (text: string) => Promise<void>
  /** Resolves when descriptor 3 is closed: the report is complete, even if the program cannot end. */
  readonly reported: Promise<string>
  readonly ended: Promise<Ended>
}

/** Variables that would change the output of a program. */
const withheld = ["FORCE_COLOR", "NO_COLOR", "NODE_OPTIONS", "LOOM_TELEMETRY"]

const environment = (extra: Start["env"]): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.includes(name))),
  ...extra
})

const running = new Set<ChildProcess>()

const gathered = (stream: NodeJS.ReadableStream | null, isRead = true): { text: string } => {
  const sum = { text: "" }
  if (isRead) {
    stream?.setEncoding("utf8").on("data", (more: string) => sum.text += more)
  }
  return sum
}

/** Starts programs of this directory. Those still running after the tests of the file are killed. */
export const programs = (): (name: ProgramName, start?: Start) => Started => {
  const pathOf = bundledPrograms(new URL("./", import.meta.url), names, besideDependencies())
  afterAll(() => running.forEach((child) => child.kill("SIGKILL")))
  return (name, start) => startProgram(pathOf(name), start)
}

const startProgram = (path: string, { args = [], env, nodeOptions = [], stderr = "pipe" }: Start = {}): Started => {
  const stdio: StdioOptions = ["ignore", "pipe", typeof stderr === "number" ? stderr : "pipe", "pipe"]
  const child = spawn(process.execPath, [...nodeOptions, path, ...args], {
    stdio,
    env: environment(env)
  })
  running.add(child)
  const out = gathered(child.stdout)
  const errors = gathered(child.stderr, stderr === "pipe")
  const reports = child.stdio[3] as NodeJS.ReadableStream
  const report = gathered(reports)
  const ended = once(child, "close").then(([code, signal]): Ended => {
    running.delete(child)
    return { code, signal, stdout: out.text, stderr: errors.text, report: report.text }
  })
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => out.text.includes(text) && resolve()
      child.stdout!.on("data", look)
      look()
      void ended.then((end) => reject(new Error(`ended without saying ${text}: ${JSON.stringify(end)}`)))
    })
  return { child, said, reported: once(reports, "end").then(() => report.text), ended }
}
