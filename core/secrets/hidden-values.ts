import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import type { Seal } from './seal.ts'
import { writeWhole } from './write-whole.ts'

const FILE = 'hidden-values.json'
const PURPOSE = 'minisub values that a log does not show'
const Sealed = z.strictObject({ keyId: z.string(), nonce: z.string(), data: z.string() })
const Values = z.array(z.string())

/**
 * The values that an attempt began with, encrypted in its folder until the run is over: a later core hides them in the log
 * too, though the secrets were set anew or deleted meanwhile, or the keychain cannot be asked.
 */
export type HiddenValues = {
  /** Throws Problem `home_unwritable` or `disk_full`. */
  keep(folder: string, values: readonly string[]): void
  /** What was kept; nothing where nothing was. Throws Problem `secret_store`. */
  read(folder: string): string[]
}

export function openHiddenValues(seal: Seal): HiddenValues {
  return {
    keep: (folder, values) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const sealed = seal.close(JSON.stringify(values), PURPOSE)
      // When the machine goes down so does the attempt.
      writeWhole(join(folder, FILE), `${JSON.stringify(sealed)}\n`, false)
    },
    read: (folder) => {
      const text = readIfThere(join(folder, FILE))
      return text === undefined ? [] : Values.parse(JSON.parse(seal.open(parse(text, folder), PURPOSE)))
    },
  }
}

/** The attempt has ended and its log is complete. */
export function forgetHiddenValues(folder: string): void {
  rmSync(join(folder, FILE), { force: true })
}

function parse(text: string, folder: string): z.infer<typeof Sealed> {
  try {
    return Sealed.parse(JSON.parse(text))
  } catch (cause) {
    const what = `${join(folder, FILE)} is damaged, so the log could show a secret`
    throw new Problem('secret_store', `${what}: cancel the run and start it again`, { cause })
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
