/**
 * Runs the real command as a child process and collects its output. At most two run at a time.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { bundled } from "./bundle.js"

export interface Setting {
  /** Standard input; empty by default. */
  readonly input?: string | Uint8Array
  /** Whether standard input stays open afterwards. */
  readonly open?: boolean
  readonly env?: { readonly [name: string]: string }
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  /** The output so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Promise<Ended>
}

// Without variables of the machine that runs the tests, such as those for color and width.
const environment = (env: Setting["env"]): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], ...env })

export const started = async (
  args: ReadonlyArray<string>,
  { env, input = "", open = false }: Setting = {}
): Promise<Running> => {
  const bin = await bundled()
  const child = spawn(process.execPath, [bin, ...args], { env: environment(env), stdio: "pipe" })
  const texts = { stdout: "", stderr: "" }
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text
    })
  }
  // It may end before it has read everything.
  child.stdin.on("error", () => {}).write(input)
  if (!open) {
    child.stdin.end()
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => resolve({ code, signal, ...texts }))
  })
  return { child, stdout: () => texts.stdout, stderr: () => texts.stderr, ended }
}

let free = 2
const waiting: Array<() => void> = []

const turn = async (): Promise<void> => {
  if (free > 0) {
    free--
  } else {
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
}

const over = (): void => {
  const next = waiting.shift()
  if (next === undefined) {
    free++
  } else {
    next()
  }
}

/** Runs it to its end. */
export const loom = async (args: ReadonlyArray<string>, setting?: Setting): Promise<Ended> => {
  await turn()
  try {
    return await (await started(args, setting)).ended
  } finally {
    over()
  }
}

/** The documents on standard output, one per line. */
export const documents = ({ stdout }: Pick<Ended, "stdout">): ReadonlyArray<unknown> =>
  stdout.split("\n").filter((line) => line !== "").map((line): unknown => JSON.parse(line))

/** Waits until this holds. Fails after a generous time and shows the actual state. */
export const until = async (holds: () => boolean, what: () => string): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 600) {
      throw new Error(`Still not: ${what()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
