import { describe, expect, test } from 'vitest'
import type { Looked } from '#core/base/looked.ts'
import { Problem } from '#core/base/problem.ts'
import type { PlanImage, PlanUpload } from '#core/contract/plan.ts'
import type { SurveyedImage } from '#core/pipelines/index.ts'
import { composePlan } from './compose.ts'
import type { PlanParts } from './planner.ts'

const seen = <Value>(value: Value): Looked<Value> => ({ value, seconds: 0 })
const late = (what: string): Looked<never> => {
  return { problem: new Problem('request_timeout', `${what} took longer than 2 s: try again`), seconds: 2 }
}
const imageOf = (change: Partial<PlanImage> = {}): SurveyedImage => {
  const image = {
    reference: 'r/py:1',
    what: 'the image of Python',
    steps: ['a'],
    action: 'push',
    layers: null,
    bytes: 5,
  }
  return { environment: '', image: seen({ ...image, ...change } as PlanImage), variables: [], unread: null }
}
const UPLOAD: PlanUpload = { kind: 'code', name: 'code', key: 'code/1', files: 1, bytes: 9, missingBytes: 7 }
const RECORD = { images: { '': 'r/py:0' }, template: 'p-0', keys: [] }

type Change = {
  readonly cluster?: object
  readonly template?: object
  readonly parts?: Partial<PlanParts>
  readonly lock?: 'fits' | 'would_be_made'
}

function plan({ cluster = {}, template = {}, parts = {}, lock = 'fits' }: Change = {}) {
  const definition = { name: 'p', environments: {}, steps: {}, parameters: {} }
  const planned = {
    name: 'a',
    edges: [],
    definition: { forEach: [], resources: { cpu: 2 }, environment: null, secrets: {}, command: [] },
  }
  const bound = { planned, when: null, forEach: [] }
  const sent = {
    object: { metadata: { name: 'p-1' } },
    problem: null,
    isPinned: true,
    steps: new Map(),
    meter: [],
    uploads: seen([UPLOAD]),
  }
  const survey = {
    target: 'lab',
    lock,
    pipeline: { plan: { definition, digest: 'd', steps: [planned] } },
    bound: { plan: { definition } },
    frozen: { parallelism: null, facts: { files: {}, code: {} }, environments: {}, parameters: {} },
    snapshot: { digest: 'c', files: [], links: [] },
    reasons: new Map([['a', 'it is new']]),
    cluster: {
      state: { steps: [{ status: 'pending', values: null, ends: { cached: 0, skipped: 0 }, bound }] },
      cache: seen(true),
      secrets: {},
      argo: seen({ version: '3.x' }),
      images: [imageOf()],
      workflow: null,
      template: { ...sent, ...template },
      dryRun: null,
      objects: [],
      ...cluster,
    },
  }
  const all = {
    survey,
    judgement: { checks: [], nodes: {} },
    last: seen(null),
    history: { runs: {}, steps: {}, overhead: null },
    prices: { prices: null, problem: null },
    portability: seen({ findings: [], files: 2, leftOut: { binary: 0, large: 0, unreadable: 0 } }),
    here: new Map(),
    ...parts,
  } as unknown as PlanParts
  return composePlan(all, () => 1)
}

const checkOf = (made: ReturnType<typeof plan>, id: string) => made.checks.find((it) => it.id === id)
const version = { pipeline: 'p', template: 'p-0' }
const lastOf = (record: object | null): Partial<PlanParts> => ({
  last: seen({ version, record }) as unknown as PlanParts['last'],
})

describe('bytes to send', () => {
  test.each<[string, Change, [number, boolean]]>([
    ['are those of images and uploads', {}, [12, true]],
    [
      'are at least those that are known, of an image to be built',
      { cluster: { images: [imageOf({ bytes: null })] } },
      [7, false],
    ],
    [
      'are at least those that are known, where a registry is late',
      { cluster: { images: [{ ...imageOf(), image: late('the registry') }] } },
      [7, false],
    ],
    [
      'are at least those that are known, where the bucket is late',
      { template: { uploads: late('the bucket') } },
      [5, false],
    ],
  ])('%s', (_, change, bytes) => {
    const { bytesToSend, isAllToSend } = plan(change)
    expect([bytesToSend, isAllToSend]).toEqual(bytes)
  })
})

describe('what has changed since the last push', () => {
  const now = {
    ...RECORD,
    version: 1,
    pipeline: 'p',
    pipelineDigest: 'd',
    parameters: {},
    inputs: {},
    environments: {},
  }
  const same = {
    ...now,
    definition: { name: 'p', environments: {}, steps: {}, parameters: {} },
    code: { digest: 'c', files: {}, steps: {} },
  }

  test('is nothing where nothing was pushed', () => expect(plan().since).toBeNull())
  test('is not known where its record is gone', () => {
    expect(plan({ parts: lastOf(null) }).since).toEqual({ version, changes: null })
  })
  test('is an image with another reference', () => {
    const { since } = plan({ parts: lastOf(same) })
    expect(since?.changes?.map(({ part, change }) => `${change} ${part}`)).toEqual(['changed image'])
  })
  test('is no image that could not be looked at', () => {
    const images = [{ ...imageOf(), image: late('the registry') }]
    expect(plan({ parts: lastOf(same), cluster: { images } }).since?.changes).toEqual([])
  })
})

describe('the checks of a survey', () => {
  const secrets = (place: Looked<string>): Change => ({ cluster: { secrets: { 'hub/token': place } } })
  test.each<[string, Change, string, string, RegExp]>([
    ['a lock that is missing', { lock: 'would_be_made' }, 'lock', 'warning', /does not fit the document/],
    [
      'a secret of this machine',
      secrets(seen('here')),
      'carried-secrets',
      'warning',
      /^hub\/token: set on this machine/,
    ],
    [
      'a secret that came late',
      secrets(late('looking for the Secret hub')),
      'carried-secrets',
      'skipped',
      /took longer/,
    ],
    [
      'an image whose registry asks for a login',
      { cluster: { images: [{ ...imageOf({ action: 'as_is' }), unread: 'it asks for a login' }] } },
      'image',
      'skipped',
      /its registry did not say that it has it: it asks for a login/,
    ],
    [
      'an Argo of unknown version',
      { cluster: { argo: late('asking for the version') } },
      'argo-version',
      'skipped',
      /took longer/,
    ],
    [
      'limits of an unknown Argo',
      { cluster: { argo: late('asking') } },
      'argo-limits',
      'skipped',
      /version of Argo is not known/,
    ],
    [
      'files that are gone',
      { parts: { portability: seen({ findings: [], files: 2, leftOut: { binary: 0, large: 1, unreadable: 1 } }) } },
      'code-scan',
      'skipped',
      /1 of more than 1 MiB and 1 that could not be read were not/,
    ],
    [
      'a search that took too long',
      { parts: { portability: late('the search of the code') } },
      'code-scan',
      'skipped',
      /took longer/,
    ],
    [
      'what was pushed, of which nobody can tell',
      { parts: { last: late('looking') } },
      'pushed',
      'skipped',
      /took longer/,
    ],
  ])('tell of %s', (_, change, id, status, found) => {
    expect(checkOf(plan(change), id)).toMatchObject({ status, found: expect.stringMatching(found) as string })
  })

  test('leave a changed template to the check of its name', () => {
    const problem = new Problem('conflict', 'somebody has changed it: delete it')
    const objects = [{ kind: 'WorkflowTemplate', name: 'p-1', plan: { problem, seconds: 0 } }]
    expect(checkOf(plan({ cluster: { objects } }), 'objects')).toBeUndefined()
    const map = [{ kind: 'ConfigMap', name: 'm', plan: { problem, seconds: 0 } }]
    expect(checkOf(plan({ cluster: { objects: map } }), 'objects')).toMatchObject({
      found: 'somebody has changed it',
      fix: 'delete it',
    })
  })

  test('say nothing else where all is well', () => {
    expect(plan().checks.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(plan().verdict).toBe('go')
  })
})
