import type { OutputRecord } from '#core/contract/outputs.ts'
import type { ParityRun } from '#core/contract/parity.ts'
import { digestOfJson, hashBytes } from '#core/files/index.ts'
import { validateDocument, type KeyParts, type StepOutcome } from '#core/pipelines/index.ts'
import type { RunFacts } from './facts.ts'

const AT = '2026-11-01T12:00:00.000Z'
const PARTS: KeyParts = {
  command: ['python', 'train.py'],
  env: {},
  secrets: {},
  environment: 'e0',
  code: 'c0',
  inputs: {},
  outputs: { accuracy: { type: 'number' } },
}

/** The definition of a pipeline with a step, a fan-out of two items, and a limit. */
function definitionOf(description = 'Which cultivar?') {
  const spec = {
    parameters: { depth: { type: 'integer', default: 4 } },
    steps: {
      train: {
        command: ['python', 'train.py'],
        outputs: { accuracy: { type: 'number' } },
        resources: { memory: '1Gi' },
      },
      score: { command: ['true'], forEach: { i: [0, 1] }, outputs: { table: { type: 'file' } } },
    },
  }
  const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'wine', description } }
  const validation = validateDocument(JSON.stringify({ ...head, spec }))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  return validation.plan
}

/** A value as an attempt leaves it. */
export function valueRecord(value: number | string | readonly number[]): OutputRecord {
  return { kind: 'value', value, sha256: digestOfJson(value) }
}

/** A file of a text as an attempt leaves it. */
export function fileRecord(text: string, executable = false): OutputRecord {
  return { kind: 'file', size: text.length, executable, sha256: hashBytes(Buffer.from(text)) }
}

/** A step run that succeeded; `change` says what else it is. */
function outcomeOf(step: string, change: Partial<StepOutcome> = {}): StepOutcome {
  const key = `key of ${step} ${change.item?.index ?? ''}`
  return {
    step,
    item: null,
    status: 'succeeded',
    attempts: 1,
    key,
    reason: null,
    outputs: {},
    madeBy: 'run a',
    notEnforced: [],
    image: null,
    ...change,
  }
}

const item = (index: number) => ({ index, values: { i: index } })

/** The step runs of a run where all went well. */
export function outcomesOf(run: string): StepOutcome[] {
  const own = { madeBy: run }
  return [
    outcomeOf('train', { ...own, outputs: { accuracy: valueRecord(0.9) } }),
    outcomeOf('score', { ...own, item: item(0), outputs: { table: fileRecord('id,p\n1,0.5\n') } }),
    outcomeOf('score', { ...own, item: item(1), outputs: { table: fileRecord('id,p\n2,0.7\n') } }),
  ]
}

type Change = {
  readonly head?: Partial<ParityRun>
  readonly description?: string
  readonly steps?: readonly StepOutcome[]
} & Partial<Omit<RunFacts, 'head' | 'steps'>>

/** The facts of a run; two are the same where their changes are. */
export function factsOf(run: string, { head, description, steps, ...change }: Change = {}): RunFacts {
  const { definition, digest } = definitionOf(description)
  return {
    head: {
      run,
      pipeline: 'wine',
      pipelineDigest: digest,
      target: 'process',
      kind: 'process',
      status: 'succeeded',
      createdAt: AT,
      startedAt: AT,
      finishedAt: AT,
      parameters: { depth: '4' },
      lock: { python: 'e0' },
      code: 'c0',
      inputs: { 'train.raw': 'd0' },
      ...head,
    },
    definition,
    parameters: { depth: 4 },
    packages: new Map([
      ['python', '3.11'],
      ['numpy', '2.3.0'],
    ]),
    code: new Map([['train.py', 'f0']]),
    codeFiles: new Map(),
    keyParts: { train: PARTS, score: PARTS },
    environments: { train: 'e0' },
    steps: Map.groupBy(steps ?? outcomesOf(run), ({ step }) => step),
    metrics: new Map([['train ', [{ key: 'loss', last: 0.25, min: 0.25, max: 1, count: 10 }]]]),
    unread: new Set(),
    ...change,
  }
}

/** The parts of a key, some of them otherwise. */
export function partsOf(change: Partial<KeyParts> = {}): KeyParts {
  return { ...PARTS, ...change }
}
