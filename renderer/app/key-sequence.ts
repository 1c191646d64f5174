/** A key may be so long after the one before it. */
const PATIENCE_MS = 1_500

/** Keys that were pressed and may yet become a shortcut. */
export type Pressed = { readonly keys: readonly string[]; readonly at: number }

export const NOTHING_PRESSED: Pressed = { keys: [], at: 0 }

type Sequence = { readonly keys: readonly string[] }

/**
 * What a further key makes of those before it: the shortcut that is now whole, or the keys to wait with. A key that
 * does not go on with what there is begins anew. `at` is in ms.
 */
export function pressKey<One extends Sequence>(
  shortcuts: readonly One[],
  before: Pressed,
  { key, at }: { readonly key: string; readonly at: number },
): { readonly hit?: One; readonly pressed: Pressed } {
  const kept = at - before.at > PATIENCE_MS ? [] : before.keys
  for (const keys of [[...kept, key], [key]]) {
    const going = shortcuts.filter((it) => keys.every((one, index) => it.keys[index] === one))
    const hit = going.find((it) => it.keys.length === keys.length)
    if (hit !== undefined) return { hit, pressed: NOTHING_PRESSED }
    if (going.length > 0) return { pressed: { keys, at } }
  }
  return { pressed: NOTHING_PRESSED }
}
