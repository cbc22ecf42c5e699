/**
 * Small disks that a row can fill, break and unmount: a `tmpfs` in memory, or an ext4 image on a loop device. Both need root; otherwise the
 * row is skipped with the system's error.
 */
import { closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { basename, join } from "node:path"
import { onTestFinished } from "vitest"
import type { FaultRow } from "../row.js"
import { temporaryFolder } from "./folder.js"
import { must, mustBeRoot, run } from "./system.js"

/** A mounted disk. */
export interface Disk {
  readonly folder: string
  /** Uses up all free space. */
  readonly fill: () => void
  /** Frees that space. */
  readonly free: () => void
}

/** An ext4 disk that can fail. */
export interface BreakableDisk extends Disk {
  /** Makes the file system read-only while files are open for writing, as after a device error. */
  readonly breakDown: () => void
}

/** Writes until there is no space left, finally byte by byte. */
const fillWith = (ballast: string): void => {
  const file = openSync(ballast, "a")
  for (let size = 64 * 1024; size >= 1; size = Math.floor(size / 2)) {
    const bytes = Buffer.alloc(size)
    try {
      for (;;) {
        writeSync(file, bytes)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") {
        throw error
      }
    }
  }
  closeSync(file)
}

const mounted = (row: FaultRow, ...args: ReadonlyArray<string>): Disk => {
  mustBeRoot(row)
  const folder = temporaryFolder()
  must(row, "mount", ...args, folder)
  // Lazily, in case a failed row left the file open.
  onTestFinished(() => void run("umount", "-l", folder))
  const ballast = join(folder, "ballast")
  return { folder, fill: () => fillWith(ballast), free: () => rmSync(ballast) }
}

/** A disk in memory. `size` is in the syntax of `mount`, such as `2m`. */
export const tmpfs = (row: FaultRow, size: string): Disk => mounted(row, "-t", "tmpfs", "-o", `size=${size}`, "loom")

/** A disk in a file of this size in megabytes, formatted as ext4. */
export const ext4 = (row: FaultRow, megabytes: number): BreakableDisk => {
  mustBeRoot(row)
  const image = join(temporaryFolder(), "disk.img")
  must(row, "truncate", "-s", `${megabytes}M`, image)
  must(row, "mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image)
  const disk = mounted(row, "-o", "loop,errors=remount-ro", image)
  const breakDown = () => {
    const device = must(row, "findmnt", "-n", "-o", "SOURCE", disk.folder).trim()
    const trigger = `/sys/fs/ext4/${basename(device)}/trigger_fs_error`
    if (!existsSync(trigger)) {
      row.skip("this kernel does not support injecting an ext4 error")
    }
    writeFileSync(trigger, "1")
  }
  return { ...disk, breakDown }
}
