import type { Json } from '#core/base/json.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { Metric, Pair } from '#core/tracking/index.ts'

/** What outputs are in a tracked run. */
export type OutputValues = { readonly metrics: readonly Metric[]; readonly tags: readonly Pair[] }

/** A value as the text of a parameter or a tag: a text as it is, anything else as JSON. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Numbers become metrics of their name; what else there is tags `minisub.output.<name>`, of files their hash. */
export function outputsOf(outputs: OutputRecords, at: number): OutputValues {
  return sort(
    Object.entries(outputs).map(([name, record]) => [
      name,
      record.kind === 'value' ? record.value : `sha256:${record.sha256}`,
    ]),
    at,
  )
}

/** The same of the outputs of a whole run, where files are as the run shows them. */
export function runOutputsOf(outputs: Readonly<Record<string, Json>>, at: number): OutputValues {
  return sort(Object.entries(outputs), at)
}

function sort(outputs: readonly (readonly [string, Json])[], timestamp: number): OutputValues {
  const metrics: Metric[] = []
  const tags: Pair[] = []
  for (const [name, value] of outputs) {
    if (typeof value === 'number') metrics.push({ key: name, value, timestamp, step: 0 })
    else tags.push({ key: `minisub.output.${name}`, value: textOf(value) })
  }
  return { metrics, tags }
}
