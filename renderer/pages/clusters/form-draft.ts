import type { Problem } from '#core/base/problem.ts'
import { LOCAL_CLUSTER, LocalClusterForm } from '#core/contract/local-clusters.ts'

/** The text fields of the form, by their names in the contract. */
export type TextKey = Exclude<keyof LocalClusterForm, 'download'>

/** What the form says; a text that is empty stands for the default. */
export type Draft = { readonly texts: Partial<Readonly<Record<TextKey, string>>>; readonly download: boolean }

/** What is wrong with fields. */
export type Faults = ReadonlyMap<TextKey, string>

/** A form that can be sent, or what is wrong with it. */
export type ReadForm =
  | { readonly form: LocalClusterForm; readonly faults?: never }
  | { readonly faults: Faults; readonly form?: never }

const NUMBERS: ReadonlySet<TextKey> = new Set(['workers', 'apiPort', 'registryPort', 'storePort', 'deadlineMinutes'])

/** A form that nobody has touched, with a name that no cluster has. */
export function emptyDraft(taken: readonly string[]): Draft {
  return { texts: { name: freeName(taken) }, download: false }
}

function freeName(taken: readonly string[]): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? LOCAL_CLUSTER : `${LOCAL_CLUSTER}-${count}`
    if (!taken.includes(name)) return name
  }
}

/** Reads the form by the schema that the core uses, so that it is refused here in the same words. */
export function readForm({ texts, download }: Draft): ReadForm {
  const faults = new Map<TextKey, string>()
  const values: Partial<Record<TextKey, string | number>> = {}
  for (const [name, typed] of Object.entries(texts)) {
    const key = name as TextKey
    const text = typed.trim()
    if (text === '' && key !== 'name') continue
    if (!NUMBERS.has(key)) values[key] = text
    else if (/^\d{1,9}$/.test(text)) values[key] = Number(text)
    else faults.set(key, 'is a whole number')
  }
  if (values.name === '') faults.set('name', 'is needed')
  const read = LocalClusterForm.safeParse({ ...values, download })
  for (const { path, message } of read.error?.issues ?? []) {
    const key = String(path[0]) as TextKey
    if (!faults.has(key)) faults.set(key, message)
  }
  return read.success && faults.size === 0 ? { form: read.data } : { faults }
}

/** What a Problem of the core says of fields, and what it says beside that. */
export function faultsOfProblem(problem: Problem): { readonly faults: Faults; readonly rest: string | undefined } {
  const known = new Set<string>(Object.keys(LocalClusterForm.shape))
  const named = problem.issues.filter(({ path = '' }) => known.has(path))
  const faults = new Map(named.map(({ path, message }) => [path as TextKey, message]))
  return { faults, rest: faults.size === 0 ? problem.message : undefined }
}
