/**
 * The files of the spool: one per batch of spans or log records, written atomically, claimed by one process, with a limit on their total size.
 *
 * All calls are synchronous, because the last ones are made while the process exits. A file gets its final name only when it is complete, and a
 * process claims it by renaming it: if two try at once, one succeeds. Links are never followed, and only regular files of the same user are read.
 */
// Loaded without an import, as in the file sink: the package loads no Node module until a spool is opened.
const fs = process.getBuiltinModule("node:fs")
const { hostname } = process.getBuiltinModule("node:os")
const { dirname, join, resolve } = process.getBuiltinModule("node:path")

/** The format version, which is part of the file names. */
const version = 1

/** The kind of items in a file. */
export type Signal = "spans" | "logs"

/** A file of the spool. */
export interface SpoolFile {
  readonly name: string
  /** The name without the suffix of a process. */
  readonly plainName: string
  readonly signal: Signal
  /** Number of spans or log records, as counted by the writer. */
  readonly items: number
  /** The process that writes or sends it. */
  readonly owner: Owner | undefined
}

interface Owner {
  readonly host: string
  readonly pid: number
}

/** The text of a file. */
export interface Contents {
  readonly lines: ReadonlyArray<string>
  /** What follows the last newline. */
  readonly torn: string
}

const pattern =
  /^(loom-spool-1\.\d{15}\.\d{6}\.[0-9a-f]{16}\.(\d+)\.(spans|logs)\.jsonl)(?:\.(\w+)-(\d+)\.(?:tmp|claim))?$/
const anyVersion = /^loom-spool-(\d+)\./

const host = hostname().replace(/\W/g, "_")

/** When a claim of another machine counts as abandoned, in milliseconds. By default, sending a batch takes at most 30 seconds. */
const claimLasts = 600_000

/** The claims of this process, as opposed to those of an earlier process with the same id, as happens in containers. */
const claims = new Set<string>()

const parse = (name: string): SpoolFile | undefined => {
  const found = pattern.exec(name)
  return found === null ? undefined : {
    name,
    plainName: found[1]!,
    items: Number(found[2]),
    signal: found[3] as Signal,
    owner: found[4] === undefined ? undefined : { host: found[4], pid: Number(found[5]) }
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

// One folder at a time: Node's recursive call never returns if an existing folder answers ENOENT for a new one, as /proc does.
const makeFolders = (folder: string): void => {
  if (fs.lstatSync(folder, { throwIfNoEntry: false }) !== undefined) {
    return
  }
  if (dirname(folder) !== folder) {
    makeFolders(dirname(folder))
  }
  try {
    fs.mkdirSync(folder, 0o700)
  } catch (error) {
    // Another process created it in the meantime.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
      throw error
    }
  }
}

export interface SpoolFolderOptions {
  readonly folder: string
  /** Maximum total size of the files, in bytes. */
  readonly maxBytes: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Returns a new string of 16 hexadecimal digits. */
  readonly newId: () => string
}

export class SpoolFolder {
  private written = 0
  /** Absolute, for programs that change their directory, and without a trailing slash, which would follow a link. */
  private readonly folder: string

  /** Creates the folder. Throws if it cannot be used. */
  constructor(readonly options: SpoolFolderOptions) {
    this.folder = resolve(options.folder)
    makeFolders(this.folder)
    if (!fs.lstatSync(this.folder).isDirectory()) {
      throw new Error(`${this.folder} is not a folder`)
    }
    fs.accessSync(this.folder, fs.constants.W_OK | fs.constants.X_OK)
  }

  /** Files of a signal that are complete or were left by a process that has ended, oldest first. */
  waiting(signal: Signal): ReadonlyArray<SpoolFile> {
    return this.files().filter((file) => file.signal === signal && this.isFree(file))
  }

  /** Names of files with another format version. */
  foreign(): ReadonlyArray<string> {
    return this.names().filter((name) => Number(anyVersion.exec(name)?.[1] ?? version) !== version)
  }

  /** Writes a file of whole lines and returns its name. Throws if writing fails; then no partial file is left. */
  write(text: string, signal: Signal, items: number): string {
    const { newId, now } = this.options
    const digits = (value: number, count: number) => String(value).padStart(count, "0")
    const plain = `loom-spool-${version}.${digits(now(), 15)}.${
      digits(this.written++ % 1e6, 6)
    }.${newId()}.${items}.${signal}.jsonl`
    const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = fs.constants
    const unfinished = this.path(`${plain}.${host}-${process.pid}.tmp`)
    claims.add(unfinished)
    try {
      const fd = fs.openSync(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
      try {
        // Continues after a partial write.
        fs.writeFileSync(fd, text)
      } finally {
        fs.closeSync(fd)
      }
      fs.renameSync(unfinished, this.path(plain))
      return plain
    } catch (error) {
      fs.rmSync(unfinished, { force: true })
      throw error
    } finally {
      claims.delete(unfinished)
    }
  }

  /** Removes the oldest files until there is room for these bytes, and returns the removed files. */
  makeRoom(bytes: number): ReadonlyArray<SpoolFile> {
    const files = this.files().map((file) => ({ file, size: this.sizeOf(file) }))
    let total = bytes + files.reduce((sum, { size }) => sum + size, 0)
    const removed: Array<SpoolFile> = []
    for (const { file, size } of files) {
      if (total > this.options.maxBytes && this.isFree(file) && this.remove(file.name)) {
        total -= size
        removed.push(file)
      }
    }
    return removed
  }

  /** Claims a file for this process; `undefined` if another process was first. */
  claim(file: SpoolFile): SpoolFile | undefined {
    const name = `${file.plainName}.${host}-${process.pid}.claim`
    try {
      fs.renameSync(this.path(file.name), this.path(name))
    } catch {
      return undefined
    }
    claims.add(this.path(name))
    return { ...file, name }
  }

  /** The lines of a claimed file; `undefined` if it is not a regular file of this user, or cannot be read. */
  read({ name }: SpoolFile): Contents | undefined {
    const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = fs.constants
    let fd: number
    try {
      fd = fs.openSync(this.path(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    } catch {
      return undefined
    }
    try {
      const { nlink, uid } = fs.fstatSync(fd)
      if (!fs.fstatSync(fd).isFile() || nlink !== 1 || uid !== (process.getuid?.() ?? uid)) {
        return undefined
      }
      const lines = fs.readFileSync(fd, "utf8").split("\n")
      return { lines: lines.slice(0, -1).filter((line) => line !== ""), torn: lines.at(-1)! }
    } catch {
      return undefined
    } finally {
      fs.closeSync(fd)
    }
  }

  /** Releases a claimed file for the next process. */
  putBack(file: SpoolFile): void {
    this.release(file, file.plainName)
  }

  /** Renames a claimed file so that no process picks it up, for a person to inspect. Returns its path. */
  keepAside(file: SpoolFile): string {
    this.release(file, `${file.plainName}.kept`)
    return this.path(`${file.plainName}.kept`)
  }

  /** Removes a claimed file whose items were all delivered or counted as lost. */
  done(file: SpoolFile): void {
    this.remove(file.name)
    claims.delete(this.path(file.name))
  }

  private release(file: SpoolFile, name: string): void {
    try {
      fs.renameSync(this.path(file.name), this.path(name))
    } catch {
      // Then it counts as left behind by its process.
    }
    claims.delete(this.path(file.name))
  }

  private remove(name: string): boolean {
    try {
      fs.unlinkSync(this.path(name))
      return true
    } catch {
      return false
    }
  }

  private files(): ReadonlyArray<SpoolFile> {
    return this.names().map(parse).filter((file) => file !== undefined)
  }

  private names(): ReadonlyArray<string> {
    try {
      return fs.readdirSync(this.folder).sort()
    } catch {
      return []
    }
  }

  private isFree({ name, owner }: SpoolFile): boolean {
    if (owner === undefined) {
      return true
    }
    if (owner.host !== host) {
      return this.options.now() - this.changedAt(name) > claimLasts
    }
    return owner.pid === process.pid ? !claims.has(this.path(name)) : !isRunning(owner.pid)
  }

  private sizeOf({ name }: SpoolFile): number {
    return fs.lstatSync(this.path(name), { throwIfNoEntry: false })?.size ?? 0
  }

  // Renaming changes the status of a file, not its contents.
  private changedAt(name: string): number {
    return fs.lstatSync(this.path(name), { throwIfNoEntry: false })?.ctimeMs ?? 0
  }

  private path(name: string): string {
    return join(this.folder, name)
  }
}
