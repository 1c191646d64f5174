import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { systemCode, writeError } from '#core/files/index.ts'
import { priceFile } from './read-prices.ts'

/** A price file with every key, to be changed by hand. Its numbers are an example, nobody's prices. */
export const EXAMPLE = `# What runs cost and draw. Every number here is an example: write your own. It counts at once.
# What is left out costs and draws nothing, save GPUs: without a price of theirs the cost of steps that use them is not known.
currency: EUR

# Of every target, as far as it has none of its own below.
default:
  coreHour: 0.04 # of a core for an hour
  gibHour: 0.005 # of a GiB of memory for an hour
  gpuHour: 2.5 # of a GPU for an hour
  podStart: 0 # of each attempt, however short
  gbSent: 0 # of a GB that a push sends
  wattsPerCore: 6 # of a core that works
  wattsPerGib: 0.4 # of a GiB of memory
  wattsPerGpu: 300 # of a GPU; by name as above
  pue: 1.4 # what the building draws for each watt of its machines

# By the name of the target; keys that are not here are those above.
targets:
  process: { coreHour: 0, gibHour: 0, gpuHour: 0, pue: 1 }
`

/**
 * Writes the example as the price file of a data folder, which is made where it is missing, and answers its path. Throws
 * Problem `conflict` where there is one already, `home_unwritable` or `disk_full`.
 */
export async function initPrices(home: string): Promise<string> {
  const file = priceFile(home)
  await orRefuse(file, () => mkdir(dirname(file), { recursive: true, mode: 0o700 }))
  await orRefuse(file, () => writeFile(file, EXAMPLE, { flag: 'wx', mode: 0o600 }))
  return file
}

async function orRefuse(file: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && existsSync(file)) {
      throw new Problem('conflict', `${file} is there already and is not overwritten: change it with an editor`)
    }
    const cause = writeError(error, file)
    if (cause instanceof Problem) throw cause
    throw new Problem('home_unwritable', `${file} cannot be written: make its folder writable`, { cause })
  }
}
