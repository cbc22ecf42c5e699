/**
 * The functions of `node:fs` that the file sink calls, loaded without an import because the root entry point loads no Node module.
 *
 * They are a service so that tests can provide functions that fail, write too little or are slow.
 */
import * as Context from "effect/Context"

/** The result of `stat`. */
export interface NodeStats {
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly nlink: number
  readonly mode: number
  isFile(): boolean
  isSymbolicLink(): boolean
}

/** A Node callback. */
export type Done<A> = (error: unknown, value: A) => void

/** The part of `node:fs` that the file sink uses. */
export interface NodeFunctions {
  readonly constants: { readonly [name: string]: number }
  open(path: string, flags: number, mode: number, done: Done<number>): void
  openSync(path: string, flags: number, mode: number): number
  close(fd: number, done: Done<void>): void
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
  mkdir(path: string, mode: number, done: Done<void>): void
  mkdirSync(path: string, mode: number): unknown
  ftruncate(fd: number, size: number, done: Done<void>): void
  ftruncateSync(fd: number, size: number): void
}

const ofThisProcess = (): NodeFunctions | undefined =>
  typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:fs") as NodeFunctions | undefined

/** `undefined` without Node, or before Node 20.16. */
export class NodeFiles extends Context.Reference<NodeFiles>()("loom-telemetry/NodeFiles", {
  defaultValue: (): NodeFunctions | undefined => ofThisProcess()
}) {}
