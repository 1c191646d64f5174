import type { Problem } from '#core/base/problem.ts'
import type { PipelineView } from '#core/contract/run.ts'
import type { Overlap, ScheduleDraft } from '#core/contract/schedules.ts'
import { ownZone } from './zones.ts'

/** What is in the form; texts as they were typed. */
export type Draft = {
  readonly file: string
  readonly name: string
  readonly cron: string
  readonly timeZone: string
  readonly overlap: Overlap
  readonly lateMinutes: number | string
  /** Undefined until one is chosen. */
  readonly target: string | undefined
  readonly texts: Readonly<Record<string, string>>
}

/** A parameter as its field shows it. */
export type ParameterHint = { readonly name: string; readonly isRequired: boolean; readonly hint: string }

/** A form that nobody has touched. */
export function emptyDraft(file: string): Draft {
  return {
    file,
    name: '',
    cron: '0 6 * * *',
    timeZone: ownZone(),
    overlap: 'forbid',
    lateMinutes: 10,
    target: undefined,
    texts: {},
  }
}

/** What is asked of the core. What was left empty is for the core to fill in. */
export function requestOf({ file, name, cron, lateMinutes, texts, ...rest }: Draft): ScheduleDraft {
  const given = Object.entries(texts).filter(([, typed]) => typed !== '')
  return {
    ...rest,
    file: file.trim(),
    cron: cron.trim(),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    startingDeadlineSeconds: Math.round(Number(lateMinutes) * 60),
    parameterTexts: Object.fromEntries(given),
  }
}

/** The parameters of a pipeline, those that must be given first. */
export function parameterHints(view: PipelineView): readonly ParameterHint[] {
  const hints = Object.entries(view.parameters).map(([name, declaration]) => {
    const { type, description, default: standard, enum: allowed } = declared(declaration)
    const parts = [
      typeof description === 'string' ? description : undefined,
      typeof type === 'string' ? type : undefined,
      Array.isArray(allowed) ? `one of ${allowed.map(text).join(', ')}` : undefined,
      standard === undefined ? undefined : `left empty: ${text(standard)}`,
    ]
    return { name, isRequired: standard === undefined, hint: parts.filter((part) => part !== undefined).join(' · ') }
  })
  return [...hints.filter((hint) => hint.isRequired), ...hints.filter((hint) => !hint.isRequired)]
}

/** The sentence about one field among the faults that the core named. */
export function faultOf(problem: Problem | undefined, path: string): string | undefined {
  return problem?.issues.find((issue) => issue.path === path)?.message
}

function declared(declaration: unknown): Readonly<Record<string, unknown>> {
  return typeof declaration === 'object' && declaration !== null ? { ...declaration } : {}
}

function text(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
