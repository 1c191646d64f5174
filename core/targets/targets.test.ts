import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { checkLine, readCheckLine } from '#core/contract/target-report.ts'
import { openStore, type Store } from '#core/store/index.ts'
import { openTargets, type ClusterTargets } from './targets.ts'

const PROFILE = ClusterProfile.parse({
  kubeconfig: ['/home/ada/.kube/config'],
  context: 'lab',
  namespace: 'ml',
  serviceAccount: 'pipeline',
  registry: 'registry.example/team',
  artifacts: {
    endpoint: 'https://s3.example',
    bucket: 'artifacts',
    accessKey: { secret: 's3', key: 'access' },
    secretKey: { secret: 's3', key: 'secret' },
  },
})

describe('cluster targets of a data folder', () => {
  let home = ''
  let store: Store
  let targets: ClusterTargets
  let user: string | undefined
  const open = () => openTargets({ store, inUse: () => user, now: () => 1_000 })
  beforeEach(() => {
    user = undefined
    home = mkdtempSync(join(tmpdir(), 'minisub-targets-'))
    store = openStore(home)
    targets = open()
  })
  afterEach(() => {
    store[Symbol.dispose]()
    rmSync(home, { recursive: true })
  })

  test('are kept, found by name, listed in the order of names and forgotten', () => {
    targets.add('zoo', PROFILE)
    const lab = targets.add('lab', { ...PROFILE, parallelism: 4 })
    expect(lab).toMatchObject({ name: 'lab', createdAt: '1970-01-01T00:00:01.000Z', profile: { parallelism: 4 } })
    expect(
      open()
        .list()
        .map(({ name }) => name),
    ).toEqual(['lab', 'zoo'])
    expect(open().get('lab')).toEqual(lab)
    targets.remove('lab')
    expect(targets.get('lab')).toBeUndefined()
    expect(() => targets.remove('lab')).toThrow('there is no cluster target "lab"')
    expect(() => targets.show('zooo')).toThrow('did you mean "zoo"?')
  })

  test('have a digest that follows the content alone', () => {
    const [one, two] = [targets.add('one', PROFILE), targets.add('two', { ...PROFILE })]
    expect(one.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(two.digest).toBe(one.digest)
    const changed = targets.edit('two', { ...PROFILE, labels: { team: 'wine' } })
    expect(changed.digest).not.toBe(one.digest)
    expect(targets.edit('two', PROFILE).digest).toBe(one.digest)
  })

  test.each(['process', 'docker', 'contexts', 'profiles', 'lab'])('refuse the taken name %s', (name) => {
    targets.add('lab', PROFILE)
    expect(() => targets.add(name, PROFILE)).toThrow(`the name ${name} is taken`)
  })

  test.each(['', 'a', 'Lab', '1lab', 'lab-', 'a_b', 'a'.repeat(41), 'lab/x'])('refuse the name "%s"', (name) => {
    expect(() => targets.add(name, PROFILE)).toThrow('is no name of a target')
    expect(targets.list()).toEqual([])
  })

  test('stay while something needs them, and keep the namespace and the bucket that it lives in', () => {
    targets.add('lab', PROFILE)
    user = 'the run 01kc'
    expect(() => targets.remove('lab')).toThrow('the run 01kc needs the target lab')
    expect(() => targets.edit('lab', { ...PROFILE, namespace: 'other' })).toThrow('the run 01kc needs the namespace')
    const prefixed = { ...PROFILE, artifacts: { ...PROFILE.artifacts, prefix: 'x/' } }
    expect(() => targets.edit('lab', prefixed)).toThrow('needs the prefix')
    expect(targets.edit('lab', { ...PROFILE, kubeconfig: ['/new/config'] }).profile.kubeconfig).toEqual(['/new/config'])
    user = undefined
    expect(targets.edit('lab', { ...PROFILE, namespace: 'other' }).profile.namespace).toBe('other')
    targets.remove('lab')
  })

  test('tell of each change', () => {
    let told = 0
    const end = targets.onChange(() => (told += 1))
    targets.add('lab', PROFILE)
    targets.edit('lab', PROFILE)
    targets.remove('lab')
    end()
    targets.add('lab', PROFILE)
    expect(told).toBe(3)
  })
})

describe('a profile', () => {
  const faults = (change: object): string[] => {
    const result = ClusterProfile.safeParse({ ...PROFILE, ...change })
    return (result.error?.issues ?? []).map(({ path, message }) => [...path, message].join(' '))
  }

  test.each([
    [{ nodeSelctor: {} }, 'unknown key "nodeSelctor": did you mean "nodeSelector"?'],
    [{ artifacts: { ...PROFILE.artifacts, buket: 'x' } }, 'artifacts unknown key "buket": did you mean "bucket"?'],
    [{ kubeconfig: ['config'] }, 'kubeconfig 0 a kubeconfig file is named by its absolute path'],
    [{ kubeconfig: [] }, 'kubeconfig name at least one kubeconfig file'],
    [{ namespace: 'Ml' }, 'namespace not a namespace'],
    [{ registry: 'https://registry.example' }, 'registry write the host and, where there is one, the path'],
    [{ artifacts: { ...PROFILE.artifacts, endpoint: 's3.example' } }, 'artifacts endpoint not an address'],
    [{ artifacts: { ...PROFILE.artifacts, prefix: 'team' } }, 'artifacts prefix write folders that each end with /'],
    [
      { artifacts: { ...PROFILE.artifacts, accessKey: { secret: 'a b', key: 'c' } } },
      'artifacts accessKey secret not a name',
    ],
    [{ platform: 'linux/s390x' }, 'platform is linux/amd64 or linux/arm64'],
    [{ tolerations: [{ operator: 'Equal', value: 'x' }] }, 'tolerations 0 a toleration without a key'],
    [
      { tolerations: [{ key: 'gpu', effct: 'NoSchedule' }] },
      'tolerations 0 unknown key "effct": did you mean "effect"?',
    ],
    [{ labels: { team: 'two words' } }, 'labels team not a value of a label'],
    [{ parallelism: 0 }, 'parallelism is at least 1'],
    [{ serviceAccount: 'A' }, 'serviceAccount not a name of an object'],
  ])('%j is refused in words', (change, words) => {
    expect(faults(change)).toEqual([expect.stringContaining(words)])
  })

  test('of anything at all is a profile or a list of faults', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(PROFILE), 'other'), fc.jsonValue()), (change) => {
        expect(() => ClusterProfile.safeParse({ ...PROFILE, ...change })).not.toThrow()
      }),
    )
  })
})

test('a line of progress says of a check what the report says', () => {
  const status = fc.constantFrom('passed' as const, 'failed' as const, 'warning' as const, 'skipped' as const)
  const check = fc.record({
    id: fc.stringMatching(/^[a-z:/-]+$/),
    title: fc.stringMatching(/^[A-Za-z ,’-]+$/),
    status,
    found: fc.string({ unit: 'binary' }),
  })
  fc.assert(
    fc.property(check, (it) => {
      expect(readCheckLine(checkLine({ ...it, fix: null, seconds: 0 }))).toEqual(it)
    }),
  )
  expect(readCheckLine('pushing the image: 2 MB')).toBeUndefined()
})
