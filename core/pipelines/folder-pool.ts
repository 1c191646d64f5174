import { renameSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '#core/store/index.ts'
import {
  attemptFolders,
  discardFolders,
  foldersIn,
  makeFolders,
  runFolder,
  type AttemptAddress,
  type AttemptFolders,
} from './attempt-folders.ts'

const BLANK = '.blank-'
/** How many attempts may leave their folders for later. */
const MAX_USED = 256

type Options = {
  readonly home: string
  readonly run: string
  /** True when an earlier core drove the run: it may have left folders that this one knows nothing of. */
  readonly recovered: boolean
  /** Puts the code into a new folder. */
  readonly fill: (folder: string) => Promise<void>
}

/**
 * The folders of a run's attempts. New folders cost as much as a process on some file systems, so the next ones are
 * made while an attempt runs, and used ones are removed a while later.
 */
export class FolderPool {
  readonly #options: Options
  #blank: Promise<AttemptFolders | undefined> = Promise.resolve(undefined)
  #count = 0
  #used: AttemptFolders[] = []

  constructor(options: Options) {
    this.#options = options
  }

  /** The folders of an attempt, with the code in place. */
  async take(address: AttemptAddress): Promise<AttemptFolders> {
    const folders = attemptFolders(this.#options.home, address)
    const blank = this.#blank
    this.#blank = Promise.resolve(undefined)
    const ready = await blank
    if (ready === undefined) await this.#make(folders)
    else renameSync(ready.control, folders.control)
    return folders
  }

  /** Makes the folders of some next attempt ready. */
  prepare(): void {
    this.#count += 1
    const before = this.#blank
    this.#blank = before.then(async (ready) => ready ?? (await this.#makeBlank()))
  }

  /** Takes back what an attempt used. `soon` where it may be large. */
  giveBack(address: AttemptAddress, soon: boolean): void {
    this.#used.push(attemptFolders(this.#options.home, address))
    if (soon || this.#used.length >= MAX_USED) void this.discard()
  }

  /** Removes the folders of attempts that are over. */
  async discard(): Promise<void> {
    const used = this.#used
    this.#used = []
    // Used folders are only in the way; that one could not be removed is no reason to fail a step.
    for (const folders of used) await discardFolders(folders).catch(() => undefined)
  }

  /** When the last attempt is over: removes what is left of all of them, logs apart. */
  async clear(): Promise<void> {
    await this.#blank
    await this.discard()
    const folder = runFolder(this.#options.home, this.#options.run)
    const names = await readdir(folder).catch(() => [])
    for (const name of names) {
      const path = join(folder, name)
      if (name.startsWith(BLANK)) await removeTree(path)
      else if (this.#options.recovered) await discardFolders(foldersIn(path))
    }
  }

  /** Undefined where it cannot be made: then the attempt itself meets the reason. */
  async #makeBlank(): Promise<AttemptFolders | undefined> {
    const blank = foldersIn(
      join(runFolder(this.#options.home, this.#options.run), `${BLANK}${process.pid}-${this.#count}`),
    )
    try {
      await this.#make(blank)
      return blank
    } catch {
      return undefined
    }
  }

  async #make(folders: AttemptFolders): Promise<void> {
    makeFolders(folders)
    await this.#options.fill(folders.code)
  }
}
