/**
 * The functions of `node:fs` that the file sink calls, found without an import: the root entry point loads nothing of Node's.
 *
 * A service, so that a test can put functions there that fail, write too little or take their time.
 */
import * as Context from "effect/Context"

/** What Node says of a file. */
export interface NodeStats {
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly nlink: number
  readonly mode: number
  isFile(): boolean
  isSymbolicLink(): boolean
}

type Done<A> = (error: unknown, value: A) => void

/** The part of `node:fs` that is used; `node:fs` itself is one. */
export interface NodeFunctions {
  readonly constants: { readonly [name: string]: number }
  open(path: string, flags: number, mode: number, done: Done<number>): void
  openSync(path: string, flags: number, mode: number): number
  close(fd: number, done: (error: unknown) => void): void
  closeSync(fd: number): void
  write(fd: number, bytes: Uint8Array, offset: number, length: number, position: null, done: Done<number>): void
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: null): number
  read(fd: number, into: Uint8Array, offset: number, length: number, position: number, done: Done<number>): void
  readSync(fd: number, into: Uint8Array, offset: number, length: number, position: number): number
  fstat(fd: number, done: Done<NodeStats>): void
  fstatSync(fd: number): NodeStats
  stat(path: string, done: Done<NodeStats>): void
  statSync(path: string): NodeStats
  lstat(path: string, done: Done<NodeStats>): void
  lstatSync(path: string): NodeStats
  mkdir(path: string, mode: number, done: (error: unknown) => void): void
  mkdirSync(path: string, mode: number): unknown
  ftruncate(fd: number, size: number, done: (error: unknown) => void): void
  ftruncateSync(fd: number, size: number): void
}

const ofThisProcess = (): NodeFunctions | undefined =>
  typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:fs") as NodeFunctions | undefined

/** `undefined` where there is no Node, or one older than 20.16. */
export class NodeFiles extends Context.Reference<NodeFiles>()("loom-telemetry/NodeFiles", {
  defaultValue: ofThisProcess
}) {}
