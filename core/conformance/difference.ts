import { canonicalJson, type JsonObject } from '#core/base/json.ts'
import type { Expected } from './case.ts'

const SHOWN = 600
/** Name of the line of the whole run. */
const RUN = 'run'

/** The first difference between a wanted and a found trace, in words; undefined where they are the same. */
export function traceDifference(wanted: readonly string[], found: readonly string[]): string | undefined {
  const foundBy = byName(found)
  const wantedBy = byName(wanted)
  // The run as a whole says less than the step that made it end so.
  for (const [name, line] of [...wantedBy].toSorted(([a], [b]) => Number(a === RUN) - Number(b === RUN))) {
    const other = foundBy.get(name)
    if (other === undefined) return `${name} is missing: wanted "${cut(line)}"`
    if (other !== line) return `wanted "${cut(line)}", found "${cut(other)}"`
  }
  const more = [...foundBy].find(([name]) => !wantedBy.has(name))
  return more === undefined ? undefined : `${more[0]} is too much: found "${cut(more[1])}"`
}

/** The same for what a run leaves as a whole. */
export function outputsDifference(wanted: Expected['outputs'], found: JsonObject): string | undefined {
  const [want, have] = [canonicalJson(wanted ?? {}), canonicalJson(found)]
  return want === have ? undefined : `the run's outputs: wanted ${cut(want)}, found ${cut(have)}`
}

/** A line begins with the name of its step run. */
function byName(lines: readonly string[]): Map<string, string> {
  return new Map(lines.map((line) => [line.split(' ', 1)[0] ?? '', line]))
}

/** A text that fits a report. */
export function cut(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`
}
