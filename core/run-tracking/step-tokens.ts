import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'

/** Tokens of tracked step runs: nothing of them is stored, the key of the data folder makes and checks them. */
export type StepTokens = {
  /** `step-<run>-<id>-<64 hexadecimal digits>`, the same each time. */
  tokenOf(step: TrackedStep): string
  /** Whose token it is; undefined for any other text. */
  stepOf(token: string): TrackedStep | undefined
}

/** A tracked step run, `id`, of a pipeline run. */
export type TrackedStep = { readonly run: string; readonly id: string }

const TOKEN = /^step-([0-9a-z]+)-([0-9a-f]{32})-([0-9a-f]{64})$/

/**
 * Reads the key of a data folder, `step-token-key`, and makes it where there is none. Throws Problem `conflict` for a
 * file that is no key, and `home_unwritable`. To be called under the lock of the folder.
 */
export function openStepTokens(home: string): StepTokens {
  const file = join(home, 'step-token-key')
  const key = readKey(file) ?? makeKey(file)
  const digest = ({ run, id }: TrackedStep): Buffer => createHmac('sha256', key).update(`step ${run} ${id}`).digest()
  return {
    tokenOf: (step) => `step-${step.run}-${step.id}-${digest(step).toString('hex')}`,
    stepOf: (token) => {
      const [, run, id, proof] = TOKEN.exec(token) ?? []
      if (run === undefined || id === undefined || proof === undefined) return undefined
      return timingSafeEqual(Buffer.from(proof, 'hex'), digest({ run, id })) ? { run, id } : undefined
    },
  }
}

function readKey(file: string): Buffer | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (!/^[0-9a-f]{64}$/.test(text))
      throw new Problem('conflict', `${file} is not a key: delete it, a new one is made`)
    chmodSync(file, 0o600)
    return Buffer.from(text, 'hex')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    if (cause instanceof Problem) throw cause
    throw new Problem('home_unwritable', `${file} cannot be read: make it readable for yourself`, { cause })
  }
}

/** Whole or not at all, and readable by its owner alone from the first byte. */
function makeKey(file: string): Buffer {
  const key = randomBytes(32)
  const draft = `${file}.${process.pid}.new`
  try {
    writeFileSync(draft, `${key.toString('hex')}\n`, { mode: 0o600 })
    renameSync(draft, file)
  } catch (cause) {
    throw new Problem('home_unwritable', `${file} cannot be written: make its folder writable`, { cause })
  }
  return key
}
