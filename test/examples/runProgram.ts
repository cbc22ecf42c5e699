/**
 * Runs a TypeScript file as a user would: in its own process.
 *
 * The file is compiled here, in a few milliseconds, because `tsx` would compile all sources again in every process. The compiled file includes its
 * imports from this package, but not those from other packages.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { compiledProgram } from "../bundled.js"

const repository = fileURLToPath(new URL("../../", import.meta.url))

/** The result of a program. */
export interface ProgramResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Variables that would change a program's output, or let it reach a vendor. */
const withheld = ["FORCE_COLOR", "NO_COLOR", "NODE_OPTIONS", "LOOM_TELEMETRY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"]

const environment = (extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.includes(name))),
  ...extra
})

/** Runs the program and waits for its end; one that does not end in fifty seconds is killed, and has no exit code. */
export const runProgram = async (
  path: string,
  env: NodeJS.ProcessEnv = {},
  args: ReadonlyArray<string> = []
): Promise<ProgramResult> => runScript(await compiledProgram(path), env, args)

/** The same for a file that Node can run directly. */
export const runScript = (
  path: string,
  env: NodeJS.ProcessEnv = {},
  args: ReadonlyArray<string> = [],
  nodeOptions: ReadonlyArray<string> = []
): Promise<ProgramResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeOptions, path, ...args], {
      cwd: repository,
      env: environment(env),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 170_000
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text)
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text)
    child.on("error", reject)
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
