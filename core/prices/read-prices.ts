import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem, type Issue } from '#core/base/problem.ts'
import type { Prices, PricesView } from '#core/contract/prices.ts'
import { systemCode } from '#core/files/index.ts'
import { parsePrices } from './parse-prices.ts'

/** The prices of a data folder, read anew with each call, so that what was written with an editor counts at once. */
export type PriceBook = {
  /** Throws as `readPrices` does. */
  show(): PricesView
}

/** Opens the prices of a data folder. Reads nothing yet. */
export function openPrices(home: string): PriceBook {
  return { show: () => ({ file: priceFile(home), prices: readPrices(home) }) }
}

/**
 * What the price file of a data folder holds; null where there is none. Throws Problem `settings_invalid` with the place of
 * all that is wrong, or `home_unwritable` where it cannot be read.
 */
export function readPrices(home: string): Prices | null {
  const file = priceFile(home)
  const text = readIfThere(file)
  if (text === null) return null
  const parsed = parsePrices(text)
  if (parsed.ok) return parsed.prices
  throw invalid(file, parsed.issues)
}

/** Where the price file of a data folder is, or would be. */
export function priceFile(home: string): string {
  return join(home, 'prices.yaml')
}

function invalid(file: string, issues: readonly Issue[]): Problem {
  const faults = issues.map(({ message, path, place }) => {
    const where = place === undefined ? file : `${file}:${place.line}:${place.column}`
    return `${where}: ${path === undefined || path === '' ? '' : `${path}: `}${message}`
  })
  return new Problem('settings_invalid', `the prices are not valid: ${faults.join('; ')}`, { path: file, issues })
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return null
    throw new Problem('home_unwritable', `${file} cannot be read: make it a file that you may read`, { cause })
  }
}
