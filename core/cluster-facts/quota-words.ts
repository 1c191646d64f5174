import { parseQuantity } from '#core/base/quantity.ts'

/**
 * Whether a quota that the API server names is full now, and has room for what was asked once others are done: by its words
 * `exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2`. False where what was asked never fits, and for words
 * that say something else.
 */
export function isFullNow(words: string): boolean {
  const [, requested, , limited] =
    /exceeded quota: [^,]+, requested: (\S+), used: (\S+), limited: ([^\s;:]+)/.exec(words) ?? []
  if (requested === undefined || limited === undefined) return false
  const most = amountsIn(limited)
  return [...amountsIn(requested)].every(([resource, amount]) => amount <= (most.get(resource) ?? -1))
}

/** `pods=1,requests.cpu=100m`. What cannot be read is more than any quota has. */
function amountsIn(text: string): Map<string, number> {
  const pairs = text.split(',').map((pair) => {
    const at = pair.lastIndexOf('=')
    return [pair.slice(0, at), parseQuantity(pair.slice(at + 1)) ?? Infinity] as const
  })
  return new Map(pairs)
}
