import type { Json } from '#core/base/json.ts'
import { readDocument } from '#core/pipelines/index.ts'
import { isObject } from './plain.ts'

/** So many requirements are shown, each cut after so many characters. */
const MOST = 2_000
const LONGEST = 500

/** The requirements of a `requirements.txt`, without comments and options. */
export function readRequirements(text: string): string[] {
  return text
    .split(/\r\n|[\r\n]/, MOST * 10)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('-'))
    .slice(0, MOST)
    .map((line) => line.slice(0, LONGEST))
}

/** The requirements of a `conda.yaml`: `python=3.11`, then what pip is to install. None where it is not one. */
export function readConda(text: string): string[] {
  const { value, issues } = readDocument(text)
  if (issues.length > 0 || !isObject(value) || !Array.isArray(value['dependencies'])) return []
  const listed: readonly Json[] = value['dependencies']
  const named = listed.flatMap((it) => (isObject(it) && Array.isArray(it['pip']) ? it['pip'] : [it]))
  const texts = named.filter((it): it is string => typeof it === 'string')
  return readRequirements(texts.join('\n'))
}

/** Name of a package as indexes write it, and the versions that are asked for; undefined for what is no requirement. */
export function packageOf(requirement: string): readonly [name: string, version: string] | undefined {
  const [, name, rest = ''] =
    /^([A-Za-z0-9](?:[\w.-]{0,200}[A-Za-z0-9])?)(?![\w.-])\s*(?:\[[^\]]{0,200}\])?\s*(.*)$/.exec(requirement) ?? []
  if (name === undefined) return undefined
  const asked = rest.split(';', 1)[0]?.trim() ?? ''
  const version = /^={1,3}\s*([^\s,]+)$/.exec(asked)?.[1] ?? (asked === '' ? 'any' : asked)
  return [name.toLowerCase().replaceAll(/[-_.]+/g, '-'), version]
}
