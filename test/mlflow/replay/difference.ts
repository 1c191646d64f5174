import { isDeepStrictEqual } from 'node:util'
import type { Masked } from './mask.ts'
import { isRecord } from './play.ts'

/**
 * Where two answers differ, a line for each place. Where one of them is an error, one line: `200 alpha beta -> 400
 * INVALID_PARAMETER_VALUE`, with what a list has in it. An error that is no JSON is any error of its status.
 */
export function compare(theirs: Masked, ours: Masked): string[] {
  if (theirs.status === ours.status && (theirs.status < 400 || theirs.body === 'no JSON')) {
    return theirs.status < 400 ? differences(theirs.body, ours.body) : []
  }
  const outlines = [outlineOf(theirs), outlineOf(ours)]
  return outlines[0] === outlines[1] ? [] : [outlines.join(' -> ')]
}

function outlineOf({ status, body }: Masked): string {
  if (!isRecord(body)) return `${status} ${textOf(body)}`
  const code = body['error_code']
  const lists = Object.values(body).filter((it): it is unknown[] => Array.isArray(it))
  const names = lists.flatMap((list) => list.map(nameOf))
  return [status, ...(typeof code === 'string' ? [code] : names)].join(' ')
}

/** Where two values of JSON differ, a line for each place: `body.run.info.status: "FAILED" -> "KILLED"`. */
function differences(left: unknown, right: unknown, place = ''): string[] {
  if (isDeepStrictEqual(left, right)) return []
  if (isRecord(left) && isRecord(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])]
    return keys.flatMap((key) => differences(left[key], right[key], place === '' ? key : `${place}.${key}`))
  }
  if (Array.isArray(left) && Array.isArray(right)) return listDifferences(left, right, place)
  return [`${place}: ${textOf(left)} -> ${textOf(right)}`]
}

/** Lists of other things, or in another order, are told by what is in them. */
function listDifferences(left: readonly unknown[], right: readonly unknown[], place: string): string[] {
  const [before, after] = [left.map(nameOf), right.map(nameOf)]
  if (!isDeepStrictEqual(before, after)) return [`${place}: ${before.join(' ')} -> ${after.join(' ')}`]
  return left.flatMap((it, index) => differences(it, right[index], `${place}.${before[index] ?? ''}`))
}

function nameOf(item: unknown, index: number): string {
  if (!isRecord(item)) return textOf(item)
  const info = isRecord(item['info']) ? item['info'] : item
  const dataset = isRecord(item['dataset']) ? item['dataset'] : item
  const names = [info['run_name'], dataset['name'], info['name'], item['path'], item['key'], index]
  const name = names.find((it) => it !== undefined)
  const more = [item['version'], item['step'], item['value']]
  return [name, ...more].filter((it) => typeof it === 'string' || typeof it === 'number').join('@')
}

function textOf(value: unknown): string {
  if (value === undefined) return 'absent'
  const text = JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
