import type { z } from 'zod'
import { didYouMean } from '#core/base/nearest.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { Issue } from '#core/base/problem.ts'
import { Prices, Rates } from '#core/contract/prices.ts'
import { pathText, readDocument } from '#core/pipelines/index.ts'

/** What a price file holds, or all that is wrong with it. */
export type ParsedPrices =
  | { readonly ok: true; readonly prices: Prices }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** A price file is read with each answer that has money in it. */
const MOST_CHARACTERS = 256 * 1024

/** Reads a price file: YAML, or JSON. Never throws; all faults at once, each with its place. */
export function parsePrices(text: string): ParsedPrices {
  if (text.length > MOST_CHARACTERS) {
    const message = `the file has more than ${MOST_CHARACTERS / 1024} KiB: keep prices alone in it`
    return { ok: false, issues: [{ code: 'document_too_large', message }] }
  }
  const document = readDocument(text)
  if (document.issues.length > 0) return { ok: false, issues: document.issues }
  const parsed = Prices.safeParse(document.value)
  if (parsed.success) return { ok: true, prices: parsed.data }
  const issues = parsed.error.issues.flatMap(faultsOf).map(({ code, message, path }): Issue => {
    const place = document.placeOf(path)
    return { code, message, path: pathText(path), ...(place === undefined ? {} : { place }) }
  })
  return { ok: false, issues }
}

type Part = string | number
type Fault = { readonly code: ProblemCode; readonly message: string; readonly path: readonly Part[] }

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys((path.length === 0 ? Prices : Rates).shape)
    const messageOf = (key: string) => `unknown key "${key}"${didYouMean(key, known)}`
    return issue.keys.map((key) => ({ code: 'unknown_key', message: messageOf(key), path: [...path, key] }))
  }
  const isMap = issue.code === 'invalid_type' && ['object', 'record'].includes(issue.expected)
  return [{ code: 'invalid_value', message: isMap ? 'a map is wanted here' : issue.message, path }]
}
