import { sha256 } from '#core/files/index.ts'

/** Names of another tool as keys that can be kept here: two names never share a key. */
export type KeyNames = {
  of(name: string): string
  /** Those that had to be changed. */
  changed(): Iterable<{ readonly from: string; readonly to: string }>
}

const LONGEST = 250
const MARK = 8

export function openKeyNames(): KeyNames {
  const keys = new Map<string, string>()
  const used = new Set<string>()
  const make = (name: string): string => {
    const key = cleanKey(name)
    const free = used.has(key) ? `${key.slice(0, LONGEST - MARK - 1)}_${sha256(name).slice(0, MARK)}` : key
    keys.set(name, free)
    used.add(free)
    return free
  }
  return {
    of: (name) => keys.get(name) ?? make(name),
    *changed() {
      for (const [from, to] of keys) if (from !== to) yield { from, to }
    },
  }
}

/** What no key may have becomes `_`. */
function cleanKey(name: string): string {
  const parts = name.replaceAll(/[^\p{L}\p{N}_/. :-]/gu, '_').split('/')
  const kept = parts.filter((part) => part !== '').map((part) => (/^\.{1,2}$/.test(part) ? '_' : part))
  const key = kept.join('/')
  // Cut between characters, and never behind a slash.
  return Array.from(key).slice(0, LONGEST).join('').replace(/\/+$/, '') || '_'
}
