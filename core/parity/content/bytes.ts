import type { ContentDifference } from '#core/contract/parity.ts'
import { firstByte, type Content, type Pair } from './content.ts'
import { difference } from './shown.ts'

const SHOWN = 8

/** How two contents differ that nothing else is known of. Undefined where they are equal. */
export async function bytesDifference(pair: Pair, signal?: AbortSignal): Promise<ContentDifference | undefined> {
  const at = await firstByte(pair, { signal })
  if (at === undefined) return undefined
  const [a, b] = await Promise.all([hex(pair.a, at), hex(pair.b, at)])
  return difference({ format: 'bytes', place: `byte ${at}`, a, b })
}

async function hex(content: Content, at: number): Promise<string | null> {
  if (at >= content.size) return null
  const bytes = await content.read(at, at + SHOWN)
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `${text}${at + SHOWN < content.size ? ' …' : ''}`
}
