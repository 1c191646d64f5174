import { resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { wholeNumber } from './context.ts'
import { requireFile } from './read-input.ts'

/** What `cluster create` and `cluster check` take, as it was typed. */
export type ClusterFlags = {
  readonly name?: string
  readonly nodeImage?: string
  readonly workers?: string
  readonly apiPort?: string
  readonly registryPort?: string
  readonly storePort?: string
  readonly config?: string
  readonly quotaCpu?: string
  readonly quotaMemory?: string
  readonly defaultCpu?: string
  readonly defaultMemory?: string
  readonly deadline?: string
  readonly download?: boolean
}

const FLAGS: Readonly<Record<string, string>> = { deadlineMinutes: 'deadline' }

/**
 * The form that flags make, with its defaults. Throws Problem `usage` for what is no number, `input_missing` for a
 * configuration that is not there, and `invalid_value` that names every other fault by its flag.
 */
export async function readForm(flags: ClusterFlags): Promise<LocalClusterForm> {
  if (flags.config !== undefined) await requireFile(flags.config)
  const { name, nodeImage, quotaCpu, quotaMemory, defaultCpu, defaultMemory, download } = flags
  const texts = { name, nodeImage, quotaCpu, quotaMemory, defaultCpu, defaultMemory, download }
  const numbers = {
    workers: numberOf('--workers', flags.workers),
    apiPort: numberOf('--api-port', flags.apiPort),
    registryPort: numberOf('--registry-port', flags.registryPort),
    storePort: numberOf('--store-port', flags.storePort),
    deadlineMinutes: numberOf('--deadline', flags.deadline),
  }
  const config = flags.config === undefined ? undefined : resolve(flags.config)
  const result = LocalClusterForm.safeParse({ ...texts, ...numbers, config })
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${flagOf(path.map(String).join('.'))}: ${message}`)
  throw new Problem('invalid_value', faults.join('; '))
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(flag, text, 0)
}

/** `apiPort` is `--api-port`. */
function flagOf(field: string): string {
  return `--${FLAGS[field] ?? field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
