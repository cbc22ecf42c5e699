/**
 * An in-memory disk with Node's functions: files keep their contents when they are renamed, disappear when they are deleted, and space is
 * limited.
 */
import { FileSystem } from "@effect/platform"
import * as PlatformError from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { constants } from "node:fs"
import { NodeFiles, type NodeFunctions, type NodeStats } from "../../../src/sinks/file/nodeFunctions.js"
import { systemError } from "./systemError.js"

/** The only folder. */
const folder = { dev: 7, ino: 1 }

/** A file, independent of its name. */
export interface MemoryFile {
  readonly ino: number
  text: string
  links: number
}

type Done<A> = (error: unknown, value: A) => void

const statsOf = ({ ino, links, text }: MemoryFile): NodeStats => ({
  dev: folder.dev,
  ino,
  size: text.length,
  nlink: links,
  mode: 0o600,
  isFile: () => true,
  isSymbolicLink: () => false
})

const folderStats: NodeStats = {
  ...statsOf({ ino: folder.ino, links: 1, text: "" }),
  isFile: () => false
}

/** The contents as text, because only ASCII is written. */
export class MemoryDisk {
  /** Every file that ever existed, oldest first. */
  readonly all: Array<MemoryFile> = []
  /** The free space, in bytes. */
  room = Infinity
  private readonly named = new Map<string, MemoryFile>()
  private readonly open = new Map<number, MemoryFile>()
  private descriptors = 10

  at(path: string): MemoryFile | undefined {
    return this.named.get(path)
  }

  rename(path: string, to: string): void {
    const file = this.named.get(path)
    if (file !== undefined) {
      this.unlink(to)
      this.named.delete(path)
      this.named.set(to, file)
    }
  }

  unlink(path: string): void {
    const file = this.named.get(path)
    if (file !== undefined) {
      file.links = 0
      this.named.delete(path)
    }
  }

  /** The number of open descriptors. */
  get openCount(): number {
    return this.open.size
  }

  private openSync(path: string): number {
    let file = this.named.get(path)
    if (file === undefined) {
      file = { ino: this.all.length + 2, text: "", links: 1 }
      this.all.push(file)
      this.named.set(path, file)
    }
    this.open.set(++this.descriptors, file)
    return this.descriptors
  }

  private fileOf(fd: number): MemoryFile {
    const file = this.open.get(fd)
    if (file === undefined) {
      throw systemError("EBADF")
    }
    return file
  }

  private writeSync(fd: number, bytes: Uint8Array): number {
    const file = this.fileOf(fd)
    const count = Math.min(bytes.length, this.room)
    if (count === 0) {
      throw systemError("ENOSPC")
    }
    this.room -= count
    file.text += Buffer.from(bytes.subarray(0, count)).toString("latin1")
    return count
  }

  private readSync(fd: number, into: Uint8Array, offset: number, length: number, position: number): number {
    const bytes = Buffer.from(this.fileOf(fd).text.slice(position, position + length), "latin1")
    into.set(bytes, offset)
    return bytes.length
  }

  private statSync(path: string): NodeStats {
    const file = this.named.get(path)
    if (file !== undefined) {
      return statsOf(file)
    }
    if (path === "/disk") {
      return folderStats
    }
    throw systemError("ENOENT")
  }

  /** Node's functions for this disk. */
  get functions(): NodeFunctions {
    const fstatSync = (fd: number) => statsOf(this.fileOf(fd))
    const closeSync = (fd: number) => void this.open.delete(fd)
    const ftruncateSync = (fd: number, size: number) => {
      const file = this.fileOf(fd)
      file.text = file.text.slice(0, size)
    }
    return {
      constants,
      openSync: (path) => this.openSync(path),
      open: (path, _flags, _mode, done) => later(() => this.openSync(path), done),
      closeSync,
      close: (fd, done) => later(() => closeSync(fd), done),
      writeSync: (fd, bytes) => this.writeSync(fd, bytes),
      write: (fd, bytes, _offset, _length, _position, done) => later(() => this.writeSync(fd, bytes), done),
      readSync: (...read) => this.readSync(...read),
      read: (fd, into, offset, length, position, done) =>
        later(() => this.readSync(fd, into, offset, length, position), done),
      fstatSync,
      fstat: (fd, done) => later(() => fstatSync(fd), done),
      statSync: (path) => this.statSync(path),
      stat: (path, done) => later(() => this.statSync(path), done),
      lstatSync: (path) => this.statSync(path),
      lstat: (path, done) => later(() => this.statSync(path), done),
      mkdirSync: () => undefined,
      mkdir: (_path, _mode, done) => done(null),
      ftruncateSync,
      ftruncate: (fd, size, done) => later(() => ftruncateSync(fd, size), done)
    }
  }

  /** What the sink's layer needs. */
  get layer(): Layer.Layer<FileSystem.FileSystem> {
    const info = {
      type: "Directory",
      dev: folder.dev,
      ino: Option.some(folder.ino),
      nlink: Option.none(),
      mode: 0o700
    } as FileSystem.File.Info
    const notFound = new PlatformError.SystemError({ module: "FileSystem", method: "stat", reason: "NotFound" })
    return Layer.merge(
      Layer.succeed(NodeFiles, this.functions),
      FileSystem.layerNoop({ stat: (path) => path === "/disk" ? Effect.succeed(info) : Effect.fail(notFound) })
    )
  }
}

const later = <A>(action: () => A, done: Done<A>): void =>
  queueMicrotask(() => {
    let value: A
    try {
      value = action()
    } catch (error) {
      return done(error, undefined as A)
    }
    done(null, value)
  })
