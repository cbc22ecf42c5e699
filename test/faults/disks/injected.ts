/**
 * Node's file functions with faults in them: for machines that can't mount or trace, and for what no tool of theirs does, such as a write
 * that never comes back.
 */
import fs from "node:fs"
import type { NodeFunctions } from "../../../src/sinks/file/nodeFunctions.js"

/** What becomes of a call: nothing special, an error with this code, so many bytes only, or no answer ever. */
export type Fate = "well" | `E${string}` | number | "never"

/** A disk whose calls meet their fate as a row decides. */
export interface InjectedDisk {
  readonly functions: NodeFunctions
  /** Of each write, told how many bytes it has. */
  onWrite: (bytes: number) => Fate
  /** Of each opening for writing. */
  onOpen: () => Fate
  /** Milliseconds before a write in the background begins. */
  delay: number
}

const errorOf = (code: string, call: string) =>
  Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call })

const isError = (fate: Fate): fate is `E${string}` => typeof fate === "string" && fate.startsWith("E")

/** A disk on which all goes well at first. */
export const injectedDisk = (): InjectedDisk => {
  const forWriting = (flags: number) => (flags & fs.constants.O_WRONLY) !== 0
  const disk: InjectedDisk = {
    onWrite: () => "well",
    onOpen: () => "well",
    delay: 0,
    functions: {
      ...fs,
      open: (path, flags, mode, done) => {
        const fate = forWriting(flags) ? disk.onOpen() : "well"
        if (isError(fate)) {
          setImmediate(() => done(errorOf(fate, "open"), 0))
        } else {
          fs.open(path, flags, mode, done)
        }
      },
      openSync: (path, flags, mode) => {
        const fate = forWriting(flags) ? disk.onOpen() : "well"
        if (isError(fate)) {
          throw errorOf(fate, "open")
        }
        return fs.openSync(path, flags, mode)
      },
      write: (fd, bytes, offset, length, position, done) => {
        const fate = disk.onWrite(length)
        if (fate === "never") {
          return
        }
        const write = () =>
          isError(fate)
            ? done(errorOf(fate, "write"), 0)
            : fs.write(fd, bytes, offset, fate === "well" ? length : Math.min(length, fate), position, done)
        setTimeout(write, disk.delay)
      },
      writeSync: (fd, bytes, offset, length, position) => {
        const fate = disk.onWrite(length)
        if (isError(fate) || fate === "never") {
          throw errorOf(fate === "never" ? "EAGAIN" : fate, "write")
        }
        return fs.writeSync(fd, bytes, offset, fate === "well" ? length : Math.min(length, fate), position)
      }
    }
  }
  return disk
}
