import { fault } from './fault.ts'
import type { Literal } from './tree.ts'

const MOST_CHARACTERS = 1000

/** The pattern of a LIKE. Throws Problem `tracking_invalid` for one that would be too slow to match. */
export function likePattern(value: string, literal: Literal): string {
  if (value.length <= MOST_CHARACTERS) return value
  throw fault(`Invalid pattern: at most ${MOST_CHARACTERS} characters can be matched`, literal)
}

/** The GLOB pattern that means what a LIKE pattern does, since GLOB of SQLite tells cases apart and its LIKE does not. */
export function globPattern(like: string): string {
  return like.replaceAll(/[*?[%_]/g, (character) => {
    if (character === '%') return '*'
    return character === '_' ? '?' : `[${character}]`
  })
}
