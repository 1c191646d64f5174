import { expect, test } from 'vitest'
import type { PushRun } from '#core/pipelines/index.ts'
import { documentOf, fileRecord, folderRecord, inputOf, planOf, PROFILE } from './compile-fixture.ts'
import { ARGO_LIMITS, sizesOf } from './compile-limits.ts'
import { compilePush, keysOf, pushSizes } from './push-template.ts'

const spec = {
  parameters: { n: { type: 'integer', default: 1 } },
  steps: {
    a: { command: ['echo', '${{ parameters.n }}'], inputs: { one: { file: 'one' }, all: { folder: 'all' } } },
    b: { command: ['true'], secrets: { TOKEN: { secret: 's', key: 'k' } } },
  },
}
const FILES = { a: { one: fileRecord('1'), all: folderRecord({ x: '2' }) } }

function runOf(parameters = {}, name = 'p'): PushRun {
  const bound = planOf(documentOf(spec, name), parameters)
  const facts = { environments: {}, code: {}, files: FILES }
  const frozen = { parameters, environments: {}, facts, code: 'c', parallelism: null, cache: true, resumes: null }
  return { digest: bound.plan.digest, bound, frozen, snapshot: { digest: 'c', files: [], links: [], size: 0 } }
}

const { images } = inputOf(planOf(documentOf(spec)))
const limits = ARGO_LIMITS['3']
const place = {
  profile: PROFILE,
  images,
  runnerImage: null,
  imageVolumes: false,
  limits,
  tracks: false,
  storeId: 's',
} as const
const compiled = (run: PushRun, secrets = {}) => compilePush(run, { ...place, secrets })

test('a push is named by all that is in it, and carries the digest of the pipeline to what is made of it', () => {
  const { object } = compiled(runOf())
  expect(object.metadata.name).toMatch(/^p-[0-9a-f]{10}$/)
  expect(compiled(runOf()).object).toEqual(object)
  expect(JSON.stringify(object)).not.toContain('mini-submarine/home')
  expect(object.spec['workflowMetadata']).toEqual({
    labels: { 'app.kubernetes.io/managed-by': 'mini-submarine', 'mini-submarine/pipeline': 'p' },
    annotations: { 'mini-submarine/pipeline-digest': runOf().digest },
  })
  const named = [runOf({ n: 2 }), runOf({}, 'q'), { ...runOf(), digest: 'another' }]
  const names = [object, ...named.map((run) => compiled(run).object)].map(({ metadata }) => metadata.name)
  expect(new Set(names).size).toBe(4)
})

test('a push names all that it needs in the bucket, folders with a slash', () => {
  const keys = keysOf(runOf(), compiled(runOf()))
  expect(keys).toHaveLength(4)
  expect(keys).toEqual(
    expect.arrayContaining([`blobs/${FILES.a.one.sha256}`, `trees/${FILES.a.all.sha256}/`].map((it) => it as unknown)),
  )
})

test('values that are set here alone come from a Secret of those who need the same', () => {
  const text = (secrets: object): string => JSON.stringify(compiled(runOf(), secrets).object)
  expect(text({ 's/k': { from: 'cluster' } })).toContain('"name":"s","key":"k"')
  const secrets = { 's/k': { from: 'here' } } as const
  expect(text(secrets)).toMatch(/"name":"minisub-pushed-p-[0-9a-f]{10}-secrets","key":"s0"/)
  const elsewhere = { ...place, storeId: 'another', secrets }
  expect(JSON.stringify(compilePush(runOf(), elsewhere).object)).not.toBe(text(secrets))
})

test('counts what Argo notes of a template in each Workflow that is made of it', () => {
  const { object } = compiled(runOf())
  const once = sizesOf(object)
  expect(pushSizes(object)).toEqual({ ...once, status: once.status + once.bytes })
})
