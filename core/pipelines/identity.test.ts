import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { Json } from '#core/base/json.ts'
import { bindPlan } from './bind.ts'
import { applyEvent } from './apply-event.ts'
import { initialState } from './run-state.ts'
import { keyParts, stepKey, fanOutKey } from './step-key.ts'
import { digestOfJson } from '#core/files/index.ts'
import { validateDocument } from './validate.ts'

type Spec = { [key: string]: Json }
const BASE: Spec = {
  parameters: { n: { type: 'integer', default: 3, description: 'how many' } },
  environments: { py: { python: '>=3.9', packages: ['six'] } },
  defaults: { environment: 'py', timeout: '30m' },
  steps: {
    a: {
      command: ['python', 'a.py', '${{ parameters.n }}'],
      outputs: { x: { type: 'number', default: 0 }, f: { type: 'file' } },
    },
    b: {
      command: ['python', 'b.py'],
      inputs: { f: '${{ steps.a.outputs.f }}' },
      env: { A: '1', B: '2' },
      retry: { limit: 2 },
      needs: ['a'],
    },
  },
  outputs: { x: '${{ steps.a.outputs.x }}' },
}

function document(spec: Spec, name = 'p'): Json {
  return { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name }, spec }
}

function planFrom(text: string) {
  const validation = validateDocument(text)
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  return validation.plan
}

const digest = (value: Json): string => planFrom(stringify(value)).digest

/** The same value with the keys of every map in another order. */
function shuffled(value: Json, pick: () => number): Json {
  if (Array.isArray(value)) return value.map((item: Json) => shuffled(item, pick))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]): [number, [string, Json]] => [
    pick(),
    [key, shuffled(inner, pick)],
  ])
  return Object.fromEntries(entries.toSorted(([a], [b]) => a - b).map(([, entry]) => entry))
}

function changed(path: string[], value: Json): Json {
  const copy = structuredClone(document(BASE)) as Record<string, unknown>
  let node = copy['spec'] as Record<string, unknown>
  for (const key of path.slice(0, -1)) node = node[key] as Record<string, unknown>
  node[path.at(-1) ?? ''] = value
  return copy as Json
}

describe('pipelineDigest', () => {
  const known = digest(document(BASE))

  test('is the same number on every machine', () => {
    expect(known).toBe('0b11f91645144ed1ccb6e6085e853bea2e8c11c8adcfd7e2e1451cec6eb8cf6d')
  })

  test('is what it was before steps could bound processes, shared memory and the network', () => {
    const spec = {
      defaults: { resources: { cpu: 2 } },
      steps: {
        a: { command: ['sh', '-c', 'echo 1'], outputs: { x: { type: 'integer' } } },
        b: { command: ['echo', '${{ steps.a.outputs.x }}'], resources: { memory: '1Gi', gpu: 0 } },
      },
    }
    const before = '1698516c5c811b8e00a43b030544a26cb2c24d3f9edf6fe07330173ec9903b67'
    expect(digest(document(spec, 'pinned'))).toBe(before)
    const withNetwork = { ...spec, defaults: { ...spec.defaults, network: true } }
    expect(digest(document(withNetwork, 'pinned'))).toBe(before)
  })

  test('does not depend on key order, comments, line endings, quoting or JSON', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.boolean(), (numbers, crlf) => {
        const value = shuffled(document(BASE), () => numbers.next().value as number)
        const text = `# a comment\n${stringify(value, { defaultStringType: 'QUOTE_DOUBLE' })}\n# the end\n`
        expect(planFrom(crlf ? text.replaceAll('\n', '\r\n') : text).digest).toBe(known)
      }),
      { numRuns: 50 },
    )
    expect(planFrom(JSON.stringify(document(BASE))).digest).toBe(known)
  })

  test.each<[string, string[], Json]>([
    ['defaults written out', ['code'], '.'],
    ['a short form written out', ['steps', 'b', 'needs'], { a: 'succeeded' }],
    ['a duration in another unit', ['defaults', 'timeout'], '1800s'],
    ['a number where a text is meant', ['steps', 'b', 'env', 'A'], 1],
  ])('does not change by %s', (_name, path, value) => {
    expect(digest(changed(path, value))).toBe(known)
  })

  test.each<[string, string[], Json]>([
    ['a command', ['steps', 'b', 'command'], ['python', 'c.py']],
    ['a parameter default', ['parameters', 'n', 'default'], 4],
    ['a package', ['environments', 'py', 'packages'], ['six', 'attrs']],
    ['a retry limit', ['steps', 'b', 'retry', 'limit'], 3],
    ['an edge', ['steps', 'b', 'needs'], { a: 'finished' }],
    ['a timeout', ['defaults', 'timeout'], '31m'],
    ['an output', ['outputs'], {}],
    ['a bound of processes', ['steps', 'b', 'resources'], { pids: 10 }],
    ['a size of shared memory', ['steps', 'b', 'resources'], { shm: '1Gi' }],
    ['no network', ['steps', 'b', 'network'], false],
    ['no network for all', ['defaults', 'network'], false],
  ])('changes with %s', (_name, path, value) => {
    expect(digest(changed(path, value))).not.toBe(known)
  })
})

const FACTS = { environments: { py: 'e'.repeat(64) }, code: { a: 'c'.repeat(64), b: 'c'.repeat(64) }, files: {} }

function partsDigests(
  value: Json,
  parameters: Record<string, Json> = { n: 3 },
  facts = FACTS,
): { a: string; b: string } {
  const state = initialState(bindPlan(planFrom(stringify(value)), parameters))
  const bound = (name: string) => state.plan.steps.find((step) => step.planned.name === name)!
  const a = digestOfJson(keyParts(state, bound('a'), facts))
  const outputs = {
    x: { kind: 'value', value: 1, sha256: 's' },
    f: { kind: 'file', size: 1, executable: false, sha256: 'f' },
  } as const
  const base = { step: 'a', item: null, attempt: 1 }
  applyEvent(state, {
    seq: 1,
    at: 0,
    kind: 'attempt.created',
    ...base,
    key: stepKey(a, null),
    verdict: { hit: false, reason: '' },
    defaults: [],
  })
  applyEvent(state, {
    seq: 2,
    at: 0,
    kind: 'attempt.finished',
    ...base,
    outcome: 'succeeded',
    finishedAt: 0,
    exitCode: 0,
    signal: null,
    code: null,
    reason: null,
    cpuSeconds: 0,
    peakMemoryBytes: 0,
    outputs,
    retryAt: null,
  })
  return { a, b: digestOfJson(keyParts(state, bound('b'), facts)) }
}

describe('stepKey', () => {
  const known = partsDigests(document(BASE))

  test.each<[string, string[], Json]>([
    ['the name of the pipeline aside, its resources', ['steps', 'b', 'resources'], { cpu: 2, pids: 9, shm: '64Mi' }],
    ['having no network', ['steps', 'b', 'network'], false],
    ['retry', ['steps', 'b', 'retry'], { limit: 9 }],
    ['timeout', ['defaults', 'timeout'], '1h'],
    ['order of env', ['steps', 'b', 'env'], { B: '2', A: '1' }],
    ['a description', ['parameters', 'n', 'description'], 'other'],
    ['the default of an output', ['steps', 'a', 'outputs', 'x', 'default'], 9],
  ])('does not depend on %s', (_name, path, value) => {
    expect(partsDigests(changed(path, value))).toEqual(known)
  })

  test.each<[string, Json, Record<string, Json>, typeof FACTS, ('a' | 'b')[]]>([
    ['the command', changed(['steps', 'a', 'command'], ['python', 'a.py']), { n: 3 }, FACTS, ['a', 'b']],
    ['a parameter that it uses', document(BASE), { n: 4 }, FACTS, ['a', 'b']],
    ['env', changed(['steps', 'b', 'env', 'A'], 'x'), { n: 3 }, FACTS, ['b']],
    [
      'a secret reference',
      changed(['steps', 'b', 'secrets'], { T: { secret: 's', key: 'k' } }),
      { n: 3 },
      FACTS,
      ['b'],
    ],
    ['declared outputs', changed(['steps', 'b', 'outputs'], { y: { type: 'file' } }), { n: 3 }, FACTS, ['b']],
    ['the environment', document(BASE), { n: 3 }, { ...FACTS, environments: { py: 'f'.repeat(64) } }, ['a', 'b']],
    ['its code', document(BASE), { n: 3 }, { ...FACTS, code: { ...FACTS.code, b: 'd'.repeat(64) } }, ['b']],
  ])('changes with %s, and so do the keys below', (_name, value, parameters, facts, differ) => {
    const now = partsDigests(value, parameters, facts)
    expect((['a', 'b'] as const).filter((step) => now[step] !== known[step])).toEqual(differ)
  })

  test('tells items apart by their values, and a fan-out by all of them', () => {
    expect(stepKey('p', { i: 1 })).not.toBe(stepKey('p', { i: 2 }))
    expect(stepKey('p', { i: 1 })).not.toBe(stepKey('p', { i: '1' }))
    expect(stepKey('p', null)).not.toBe(stepKey('p', {}))
    expect(fanOutKey('p', [{ i: 1 }, { i: 2 }])).not.toBe(fanOutKey('p', [{ i: 2 }, { i: 1 }]))
  })
})
