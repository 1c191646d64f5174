import { describe, expect, test } from 'vitest'
import type { PodSpec } from '#core/attempts/index.ts'
import { compileWorkflow } from './compile.ts'
import { documentOf, inputOf, planOf, PROFILE } from './compile-fixture.ts'
import { notEnforcedOnCluster } from '#core/pipelines/index.ts'
import type { Template } from './compile-shapes.ts'
import { goldenInput } from './golden-fixture.ts'
import type { Compiled, CompileInput } from './types.ts'

function ofSteps(steps: Readonly<Record<string, object>>): CompileInput {
  return inputOf(planOf(documentOf({ steps })))
}

function templatesOf({ object }: Compiled): readonly Template[] {
  return object.spec['templates'] as readonly Template[]
}

/** What the pods of a step are told. */
function specOf({ needed }: Compiled, step: string): PodSpec {
  const specs = needed.flatMap((it) => ('bytes' in it && it.key.startsWith('blobs/') ? [it.bytes] : []))
  const found = specs.map((text) => JSON.parse(text) as PodSpec).find((spec) => spec.step === step)
  if (found === undefined) throw new Error(`no spec of ${step}`)
  return found
}

describe('what pods are told', () => {
  test('tracking is taken where the core tracks, in a place of each attempt, and is named nowhere else', () => {
    const input = ofSteps({ a: { command: ['true'], retry: { limit: 1 }, forEach: { x: [1, 2] } } })
    const tracked = compileWorkflow({ ...input, tracks: true })
    expect(specOf(tracked, 'a').tracking).toEqual({
      experimentName: input.state.plan.plan.definition.name,
    })
    const artifacts = templatesOf(tracked).flatMap(({ outputs }) => outputs?.artifacts ?? [])
    expect(artifacts.filter(({ path }) => path === '/mini-submarine/tracking')).toEqual([
      {
        name: 'tracking',
        path: '/mini-submarine/tracking',
        archive: { none: {} },
        optional: true,
        s3: {
          key: `${PROFILE.artifacts.prefix}runs/${input.run}/.tracking/a/{{inputs.parameters.index}}/{{=asInt(retries) + 1}}`,
        },
      },
    ])
    const untracked = compileWorkflow(input)
    expect(specOf(untracked, 'a')).not.toHaveProperty('tracking')
    expect(JSON.stringify(untracked.object)).not.toContain('tracking')
  })

  test('a producer whose end is sure has its status, another a variable', () => {
    const { producers } = specOf(compileWorkflow(goldenInput('defaults')), 'reader')
    expect(producers).toEqual([
      { step: 'each', isFanOut: true, status: null, records: 'records-each' },
      { step: 'maybe', isFanOut: false, status: 'Skipped', records: null },
      { step: 'a', isFanOut: false, status: null, records: 'records-a' },
    ])
  })

  test('texts keep their parts, and paths are filled in', () => {
    const { command, inputs } = specOf(compileWorkflow(goldenInput('fan-outs')), 'fixed')
    expect(command.slice(1)).toEqual([
      [{ each: 's' }],
      ['/mini-submarine/inputs/steps.a.d'],
      ['/mini-submarine/outputs/f'],
      [{ run: 'id' }],
    ])
    const source = { from: 'output', producer: 0 }
    expect(inputs).toEqual([
      { name: 'f', source: { ...source, output: 'f', artifact: 'data-a-f' } },
      { name: 'steps.a.d', source: { ...source, output: 'd', artifact: 'data-a-d' } },
    ])
  })

  test('records of cached steps and of single items are noted as needed', () => {
    const { needed } = compileWorkflow(goldenInput('cached'))
    const keys = needed.map(({ key }) => key).filter((key) => key.startsWith('runs/'))
    const outputs = 'runs/01k0000000000000000000run1/.outputs'
    expect(keys).toEqual(
      ['a.json', 'each/0.json', 'each/2.json', 'whole/0.json', 'whole/1.json'].map((it) => `${outputs}/${it}`),
    )
    const [first] = needed.filter(({ key }) => key.endsWith('each/0.json'))
    expect(first).toMatchObject({ bytes: expect.stringContaining('"value":1.5') as string })
  })
})

describe('retries', () => {
  const retryOf = (backoff: object, limit = 3): unknown => {
    const compiled = compileWorkflow(ofSteps({ a: { command: ['x'], retry: { limit, backoff } } }))
    const strategy = templatesOf(compiled).find(({ name }) => name === 's-a')?.retryStrategy
    return strategy !== undefined && 'backoff' in strategy ? strategy.backoff : undefined
  }
  test('wait in seconds, and never shorter than was asked for', () => {
    expect(retryOf({ duration: '500ms', factor: 1.2 })).toEqual({ duration: '0.5s', factor: '2' })
    expect(retryOf({ duration: '5s', cap: '1m' })).toEqual({ duration: '5s', factor: '2', cap: '60s' })
  })
  test('of which the pause would outgrow what Argo counts with wait for the cap each time', () => {
    expect(retryOf({ duration: '5s', cap: '1m' }, 60)).toEqual({ duration: '60s', factor: '1' })
  })
})

describe('where pods run', () => {
  const selectorOf = (nodeSelector: Record<string, string>): unknown =>
    compileWorkflow({ ...goldenInput('wine'), profile: { ...PROFILE, platform: 'linux/arm64', nodeSelector } }).object
      .spec['nodeSelector']
  test('is on nodes of the platform of the images, unless the target says otherwise', () => {
    expect(selectorOf({ pool: 'a' })).toEqual({ 'kubernetes.io/arch': 'arm64', pool: 'a' })
    expect(selectorOf({ 'kubernetes.io/arch': 'amd64' })).toEqual({ 'kubernetes.io/arch': 'amd64' })
  })
  test('is bounded by what Kubernetes takes as a deadline, however long the timeout', () => {
    const deadlines = ['90s', '30000d'].map((timeout) => {
      const templates = templatesOf(compileWorkflow(ofSteps({ a: { command: ['x'], timeout } })))
      return templates.find(({ name }) => name === 's-a')?.activeDeadlineSeconds
    })
    expect(deadlines).toEqual([990, 2 ** 31 - 1])
  })
})

test('names that every object of JavaScript has are names as any other', () => {
  const compiled = compileWorkflow(
    ofSteps({
      a: { command: ['x'], outputs: { constructor: { type: 'integer' } } },
      constructor: {
        command: ['x', '${{ steps.a.outputs.constructor }}'],
        inputs: { keys: '${{ steps.a.outputs.constructor }}', name: '${{ steps.a.outputs.constructor }}' },
      },
    }),
  )
  const template = templatesOf(compiled).find(({ name }) => name === 's-constructor')
  expect(template?.inputs?.artifacts?.map(({ name }) => name)).toEqual(['a-spec', 'a-code', 'a-records-a'])
})

test('an item that no variable can hold is refused in words', () => {
  const input = (length: number): CompileInput =>
    ofSteps({ a: { command: ['x'], forEach: { t: ['short', 'x'.repeat(length)] } } })
  expect(() => compileWorkflow(input(95 * 1024))).not.toThrow()
  expect(() => compileWorkflow(input(97 * 1024))).toThrow(
    expect.objectContaining({ code: 'workflow_too_large', path: 'spec.steps.a.forEach' }),
  )
})

describe('labels', () => {
  test('that Kubernetes would refuse are refused in words', () => {
    const bad = { ...goldenInput('wine'), profile: { ...PROFILE, labels: { team: 'not {{ok}}' } } }
    expect(() => compileWorkflow(bad)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
  })
})

test('a step says what a cluster does not enforce', () => {
  const { definition } = planOf(
    documentOf({
      steps: { a: { command: ['x'], network: false, resources: { pids: 5, cpu: 1 } }, b: { command: ['x'] } },
    }),
  ).plan
  const [a, b] = ['a', 'b'].map((name) => definition.steps[name])
  expect(a && notEnforcedOnCluster(a)).toEqual(['pids', 'network'])
  expect(b && notEnforcedOnCluster(b)).toEqual([])
})

test('a list of a fan-out that is none makes the step fail, as elsewhere', () => {
  const plan = planOf(
    documentOf({
      parameters: { l: { type: 'list', default: [1, null] } },
      steps: { a: { command: ['x'] }, b: { command: ['x'], needs: ['a'], forEach: { i: '${{ parameters.l }}' } } },
    }),
  )
  const compiled = compileWorkflow(inputOf(plan, () => undefined))
  const task = templatesOf(compiled)[0]?.dag?.tasks.find(({ name }) => name === 's-b')
  expect(task?.arguments?.parameters).toEqual([{ name: 'items', value: 'no list' }])
})
