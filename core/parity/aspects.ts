import { PARITY_ASPECTS, type AspectSummary, type ParityAspect } from '#core/contract/parity.ts'
import type { StepOutcome } from '#core/pipelines/index.ts'
import { isOutput } from './compare-metrics.ts'
import { imagesOf, notEnforcedIn } from './compare-places.ts'
import { stepRunKey, type RunFacts } from './facts.ts'
import { counted, levelOf, type Count, type Findings } from './findings.ts'
import type { Sides } from './sides.ts'

/** What each aspect compares, as the subject of a sentence, one of them and many. */
const THINGS: Readonly<Record<ParityAspect, readonly [one: string, many: string]>> = {
  definition: ['definition', 'definitions'],
  parameters: ['parameter', 'parameters'],
  lock: ['environment', 'environments'],
  code: ['code file', 'code files'],
  inputs: ['input beside the document', 'inputs beside the document'],
  keys: ['step key', 'step keys'],
  steps: ['step', 'steps'],
  states: ['state', 'states'],
  values: ['value', 'values'],
  artifacts: ['file or folder', 'files and folders'],
  metrics: ['metric', 'metrics'],
  retries: ['step run that both attempted', 'step runs that both attempted'],
  cache: ['step run that succeeded', 'step runs that succeeded'],
  target: ['target', 'targets'],
  images: ['step that both ran', 'steps that both ran'],
  limits: ['step that both ran', 'steps that both ran'],
}

/** Every aspect with how the runs compare in it. */
export function aspectSummaries({ a, b }: Sides, findings: Findings): AspectSummary[] {
  return PARITY_ASPECTS.map((aspect) => {
    const count = findings.counts.get(aspect) ?? { compared: 0, different: 0, noted: 0 }
    return {
      aspect,
      level: levelOf(count),
      ...count,
      a: textOf(aspect, a),
      b: textOf(aspect, b),
      words: wordsOf(aspect, count),
    }
  })
}

function wordsOf(aspect: ParityAspect, { compared, different, noted }: Count): string {
  const [one, many] = THINGS[aspect]
  if (compared === 0 && different + noted === 0) return `no ${one} to compare`
  const what = counted(compared, one, many)
  if (different + noted === 0) return `${what}, the same`
  const parts = [
    different === 0 ? '' : counted(different, 'difference'),
    noted === 0 ? '' : `${noted} by design or noted`,
  ]
  return `${what}: ${parts.filter((part) => part !== '').join(', ')}`
}

/** What a run has of an aspect, in short. */
function textOf(aspect: ParityAspect, facts: RunFacts): string {
  const { head } = facts
  const outcomes = [...facts.steps.values()].flat()
  switch (aspect) {
    case 'definition':
      return head.pipelineDigest
    case 'parameters':
      return listed(Object.entries(head.parameters).map(([name, value]) => `${name}=${value}`))
    case 'lock':
      return listed(Object.entries(head.lock).map(([name, digest]) => `${name} ${digest.slice(0, 12)}`))
    case 'code':
      return head.code
    case 'inputs':
      return listed(Object.entries(head.inputs).map(([name, digest]) => `${name} ${digest.slice(0, 12)}`))
    case 'keys':
      return counted(outcomes.filter(({ key }) => key !== null).length, 'step key')
    case 'steps':
      return `${counted(facts.steps.size, 'step')}, ${counted(outcomes.length, 'step run')}`
    case 'states':
      return `${head.status}: ${listed(counts(outcomes.map(({ status }) => status)))}`
    case 'values':
      return counted(recordsOf(facts, true), 'value')
    case 'artifacts':
      return counted(recordsOf(facts, false), 'file or folder', 'files and folders')
    case 'metrics':
      return counted(sum(outcomes.map((outcome) => loggedBy(facts, outcome))), 'metric')
    case 'retries':
      return counted(sum(outcomes.map(({ attempts }) => Math.max(0, attempts - 1))), 'retry', 'retries')
    case 'cache':
      return originsText(outcomes, head.run)
    case 'target':
      return head.kind === head.target ? head.target : `${head.target} (${head.kind})`
    case 'images':
      return listed(imagesOf(outcomes).map(({ digest, platform }) => `${digest.slice(0, 19)} ${platform}`))
    case 'limits':
      return outcomes.some(({ notEnforced }) => notEnforced.length > 0)
        ? `not enforced: ${notEnforcedIn(outcomes).join(', ')}`
        : 'all enforced'
  }
}

const MOST_LISTED = 4

function listed(texts: readonly string[]): string {
  if (texts.length === 0) return 'none'
  const more = texts.length > MOST_LISTED ? ` and ${texts.length - MOST_LISTED} more` : ''
  return `${texts.slice(0, MOST_LISTED).join(', ')}${more}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** How many metrics a step run has logged, without those that stand for its outputs. */
function loggedBy({ metrics }: RunFacts, outcome: StepOutcome): number {
  const found = metrics.get(stepRunKey({ step: outcome.step, item: outcome.item?.index ?? null })) ?? []
  return found.filter((metric) => !isOutput(outcome, metric)).length
}

function originsText(outcomes: readonly StepOutcome[], run: string): string {
  const computed = outcomes.filter(({ madeBy }) => madeBy === run).length
  return `${computed} computed, ${outcomes.filter(({ status }) => status === 'cached').length} taken over`
}

function counts(texts: readonly string[]): string[] {
  return [...Map.groupBy(texts, (text) => text)].map(([text, alike]) => `${alike.length} ${text}`)
}

function recordsOf({ steps }: RunFacts, isValue: boolean): number {
  const records = [...steps.values()].flat().flatMap(({ outputs }) => Object.values(outputs))
  return records.filter(({ kind }) => (kind === 'value') === isValue).length
}
