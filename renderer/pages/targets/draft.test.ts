import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { profile as example } from '#core/contract/routes-targets-examples.ts'
import { draftOf, EMPTY_DRAFT, type Draft } from './draft.ts'
import { faultsOfProblem, readDraft } from './read-draft.ts'

const profile = ClusterProfile.parse({
  ...example,
  nodeSelector: { pool: 'ml', 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'gpu', operator: 'Exists' }],
  parallelism: 20,
  labels: { team: 'wine' },
})
const reading = { defaults: {}, taken: ['other'] }
const changed = (change: Draft['texts']): Draft => {
  const draft = draftOf('lab', profile)
  return { ...draft, texts: { ...draft.texts, ...change } }
}
const faultsOf = (draft: Draft) => Object.fromEntries(readDraft(draft, reading).faults ?? [])

test('a profile that is shown in the form and saved unchanged is the same', () => {
  expect(readDraft(draftOf('lab', profile), reading)).toEqual({ name: 'lab', profile })
})

test('an empty form says what is needed, at each field', () => {
  expect(faultsOf(EMPTY_DRAFT)).toMatchObject({
    name: 'is needed',
    kubeconfig: 'is needed',
    context: 'is needed',
    namespace: 'is needed',
    serviceAccount: 'is needed',
    registry: 'is needed',
    'artifacts.endpoint': 'is needed',
    'artifacts.bucket': 'is needed',
    'artifacts.accessKey': 'is needed',
    'artifacts.secretKey': 'is needed',
  })
})

test('what is left empty is what stands in the fields that nobody has touched', () => {
  const { texts, ...rest } = draftOf('lab', profile)
  const { namespace: _, ...others } = texts
  const read = readDraft({ ...rest, texts: others }, { ...reading, defaults: { namespace: 'of-the-context' } })
  expect(read).toMatchObject({ profile: { namespace: 'of-the-context' } })
})

test.each([
  [{ name: 'docker' }, 'name', /taken/],
  [{ name: 'other' }, 'name', /taken/],
  [{ name: 'Lab' }, 'name', /lower-case/],
  [{ kubeconfig: 'config' }, 'kubeconfig', /line 1: a kubeconfig file is named by its absolute path/],
  [{ registry: 'http://registry.example' }, 'registry', /without http/],
  [{ 'artifacts.endpoint': 's3.example' }, 'artifacts.endpoint', /not an address/],
  [{ parallelism: 'many' }, 'parallelism', /whole number/],
  [{ parallelism: '0' }, 'parallelism', /at least 1/],
  [{ nodeSelector: 'pool' }, 'nodeSelector', /"pool" is not key=value/],
  [{ labels: 'a=1\na=2' }, 'labels', /twice/],
  [{ labels: 'team=a b' }, 'labels', /team: not a value of a label/],
  [{ tolerations: 'gpu' }, 'tolerations', /not JSON/],
  [{ tolerations: '{"key":"a"}\n{"key":"b","operator":"In"}' }, 'tolerations', /line 2.operator: is Exists or Equal/],
  [{ 'artifacts.accessKey': '' }, 'artifacts.accessKey', /choose one/],
] as const)('%j is a fault of its field', (change, key, fault) => {
  expect(faultsOf(changed(change))).toEqual({ [key]: expect.stringMatching(fault) })
})

test('folders of a prefix may be written without the slash at their end', () => {
  expect(readDraft(changed({ 'artifacts.prefix': 'team/minisub' }), reading)).toMatchObject({
    profile: { artifacts: { prefix: 'team/minisub/' } },
  })
})

test('credentials that are typed are references to the secret of the target', () => {
  const values = { 'artifacts.accessKey': 'a', 'artifacts.secretKey': 'b' }
  expect(readDraft({ ...draftOf('lab', profile), mode: 'typed', values }, reading)).toMatchObject({
    profile: {
      artifacts: {
        accessKey: { secret: 'target-lab', key: 'access-key' },
        secretKey: { secret: 'target-lab', key: 'secret-key' },
      },
    },
  })
})

test('faults that the core finds stand at their fields too', () => {
  const issues = [{ code: 'invalid_value', message: 'no', path: 'profile.artifacts.bucket' }] as const
  const { faults, rest } = faultsOfProblem(new Problem('invalid_request', 'the request is not valid', { issues }))
  expect([...faults, rest]).toEqual([['artifacts.bucket', 'no'], undefined])
  expect(faultsOfProblem(new Problem('conflict', 'it is taken')).rest).toBe('it is taken')
})
