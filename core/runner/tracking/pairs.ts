import { checkParam, invalid, type Pair } from '#core/wire/index.ts'
import type { Room } from './refusals.ts'

/**
 * Parameters that may be set beside those that are. Throws Problem `tracking_invalid` where one has another value, also
 * within the list; `where` ends that sentence.
 */
export function checkedParams(params: readonly Pair[], set: ReadonlyMap<string, string>, where: string): Pair[] {
  const seen = new Map<string, string>()
  const checked = params.map((param, index) => checkParam(param, `params[${index}]`))
  for (const { key, value } of checked) {
    const old = set.get(key) ?? seen.get(key)
    if (old !== undefined && old !== value) throw changing({ key, value }, old, where)
    seen.set(key, value)
  }
  return checked
}

function changing({ key, value }: Pair, old: string, where: string): Error {
  return invalid(
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}'${where}. Attempted logging new value '${value}'.`,
  )
}

/** Throws WireError where there is no room for so many texts. */
export function takeRoom(room: Room, pairs: readonly Pair[]): void {
  room.take(pairs.reduce((sum, { key, value }) => sum + key.length + value.length, 0))
}

export function setPairs(texts: Map<string, string>, pairs: readonly Pair[]): void {
  for (const { key, value } of pairs) texts.set(key, value)
}
