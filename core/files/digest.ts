import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '#core/base/json.ts'

/** Lower-case hex sha256 of a text's UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** sha256 of the canonical JSON of a value. */
export function digestOfJson(value: Json): string {
  return sha256(canonicalJson(value))
}
