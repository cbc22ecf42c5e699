/**
 * `--completions SHELL`: what a shell needs to complete the commands and their options.
 */
import type { CommandDescription } from "../help.js"
import { bashScript } from "./bash.js"
import { completed, type CompletedCommand } from "./Completion.js"
import { fishScript } from "./fish.js"
import { zshScript } from "./zsh.js"

type Script = (commands: ReadonlyArray<CompletedCommand>, shells: ReadonlyArray<string>) => string

const scripts: ReadonlyMap<string, Script> = new Map([["bash", bashScript], ["zsh", zshScript], ["fish", fishScript]])

/** The shells that there are scripts for. */
export const shells: ReadonlyArray<string> = [...scripts.keys()]

/** The script for a shell; `undefined` where it is none of `shells`. */
export const completionScript = (
  shell: string | undefined,
  descriptions: ReadonlyArray<CommandDescription>
): string | undefined => scripts.get(shell ?? "")?.(descriptions.map(completed), shells)
