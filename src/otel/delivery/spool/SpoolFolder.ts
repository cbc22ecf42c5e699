/**
 * The files of the spool: one per batch of spans or log records, written whole, claimed by one process, bounded together.
 *
 * All calls are synchronous, because the last ones are made while the process exits. A file has its final name only when it is complete, and a process
 * claims it by renaming it: of two that start at once, one succeeds. Links are never followed, and only regular files of the same user are read.
 */
// Found without an import, as by the file sink: the package loads no Node module until a spool is opened.
const fs = process.getBuiltinModule("node:fs")
const { hostname } = process.getBuiltinModule("node:os")
const { dirname, join, resolve } = process.getBuiltinModule("node:path")

/** The version of the files, in their names. */
const version = 1

/** What a file holds. */
export type Signal = "spans" | "logs"

/** A file of the spool. */
export interface SpoolFile {
  readonly name: string
  /** Without the mark of a process. */
  readonly plainName: string
  readonly signal: Signal
  /** Spans or log records, as its writer counted them. */
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

/** A claim of another machine is abandoned after this time, in milliseconds. A batch takes 30 seconds at most by default. */
const claimLasts = 600_000

/** The claims of this process, to tell them from those of an earlier one with the same number, as in containers. */
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
  /** The most bytes that the files may have together. */
  readonly maxBytes: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A new text of 16 hexadecimal digits. */
  readonly newId: () => string
}

export class SpoolFolder {
  private written = 0
  /** Absolute, for programs that change their directory, and without a slash at its end, which would follow a link. */
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

  /** Files of a signal that are ready, or that a process left when it ended, the oldest first. */
  waiting(signal: Signal): ReadonlyArray<SpoolFile> {
    return this.files().filter((file) => file.signal === signal && this.isFree(file))
  }

  /** Names of files of another version. */
  foreign(): ReadonlyArray<string> {
    return this.names().filter((name) => Number(anyVersion.exec(name)?.[1] ?? version) !== version)
  }

  /** Writes a file of whole lines and returns its name. Throws if the disk refuses it; then nothing is left of it. */
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
        // Writes on after a partial write.
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

  /** Removes the oldest files until there is room for these bytes, and returns them. */
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

  /** Makes a file this process' own; `undefined` if another process was first. */
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

  /** The lines of a claimed file; `undefined` if it is not a file that a process of this user wrote. */
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

  /** Gives a claimed file back, for the next process. */
  putBack(file: SpoolFile): void {
    this.release(file, file.plainName)
  }

  /** Keeps a claimed file where no process takes it, for a person to look at. Returns its path. */
  keepAside(file: SpoolFile): string {
    this.release(file, `${file.plainName}.kept`)
    return this.path(`${file.plainName}.kept`)
  }

  /** Removes a claimed file, all of which was delivered or counted as lost. */
  done(file: SpoolFile): void {
    this.remove(file.name)
    claims.delete(this.path(file.name))
  }

  private release(file: SpoolFile, name: string): void {
    try {
      fs.renameSync(this.path(file.name), this.path(name))
    } catch {
      // Then it is found as one that its process left.
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
