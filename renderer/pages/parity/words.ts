import type { ParityAspect, ParityFinding, ParityLevel, ParityRun, ParityVerdict } from '#core/contract/parity.ts'

/** What the aspects are called on the page. */
export const ASPECT_TITLES: Readonly<Record<ParityAspect, string>> = {
  definition: 'Definition',
  parameters: 'Parameters',
  lock: 'Environments',
  code: 'Code',
  inputs: 'Inputs beside the document',
  keys: 'Step keys',
  steps: 'Steps and items',
  states: 'States',
  values: 'Values',
  artifacts: 'Files and folders',
  metrics: 'Metrics',
  retries: 'Retries',
  cache: 'Computed or taken over',
  target: 'Target',
  images: 'Images',
  limits: 'Limits enforced',
}

/** A level as the badge of `Status` knows it, with its word. */
export const LEVELS: Readonly<Record<ParityLevel, { readonly status: string; readonly label: string }>> = {
  same: { status: 'passed', label: 'same' },
  note: { status: 'info', label: 'noted' },
  different: { status: 'failed', label: 'differs' },
}

/** A verdict as the heading above everything, with the colour of what stands around it. */
export const VERDICTS: Readonly<Record<ParityVerdict, { readonly title: string; readonly color: string }>> = {
  same: { title: 'The same', color: 'green' },
  same_results: { title: 'The same results', color: 'orange' },
  different: { title: 'Different', color: 'red' },
}

/** `train`, or `train[2]`; of the run as a whole nothing. */
export function placeOf({ step, item }: Pick<ParityFinding, 'step' | 'item'>): string {
  if (step === null) return ''
  return item === null ? step : `${step}[${item}]`
}

/** Where a run played, as `lab (cluster)`. */
export function targetOf({ target, kind }: Pick<ParityRun, 'target' | 'kind'>): string {
  return target === kind ? target : `${target} (${kind})`
}

/** A digest by its beginning; what is none stays. */
export function shortDigest(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text
}

/** The name of a certificate's file. */
export function fileName({ a, b }: { readonly a: ParityRun; readonly b: ParityRun }): string {
  return `${a.pipeline}-${a.run.slice(-8)}-${b.run.slice(-8)}.parity.json`
}
