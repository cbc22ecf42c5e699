/**
 * Node's file functions with injected faults: for machines that cannot mount or trace, and for faults that no tool can cause, such as a write
 * that never returns.
 */
import fs from "node:fs"
import type { NodeFunctions } from "../../../src/sinks/file/nodeFunctions.js"

/** The fate of a call: success, an error with this code, a short write of this many bytes, or no return. */
export type Fate = "well" | `E${string}` | number | "never"

/** A disk on which a row decides the fate of each call. */
export interface InjectedDisk {
  readonly functions: NodeFunctions
  /** The fate of each write, by its size in bytes. */
  onWrite: (bytes: number) => Fate
  /** The fate of each open for writing. */
  onOpen: () => Fate
  /** Milliseconds before a background write starts. */
  delay: number
}

const errorOf = (code: string, call: string) =>
  Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call })

const isError = (fate: Fate): fate is `E${string}` => typeof fate === "string" && fate.startsWith("E")

/** A disk without faults at first. */
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
