import { expect, test } from 'vitest'
import { PushRecord } from '#core/contract/pushed.ts'
import { bindParameters, bindPlan } from './bind.ts'
import { recordOf } from './push-record.ts'
import { validateDocument } from './validate.ts'

const sha = (digit: string): string => digit.repeat(64)
const DOCUMENT = JSON.stringify({
  apiVersion: 'mini-submarine/v1',
  kind: 'Pipeline',
  metadata: { name: 'wine' },
  spec: {
    parameters: { depth: { type: 'integer', default: 3 } },
    environments: { main: { python: '>=3.9', packages: ['numpy'] }, own: { image: 'python:3.11' } },
    steps: {
      a: { command: ['true'], environment: 'main', inputs: { table: { file: 'table.csv' } } },
      b: { command: ['true'], environment: 'own' },
    },
  },
})

test('the record of a push names what a person knows, and can be read as it was written', () => {
  const validation = validateDocument(DOCUMENT)
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const { plan } = validation
  const parameters = bindParameters(plan.definition.parameters, {}, {})
  const requirements = [
    `numpy==2.0.0 ; python_version < "3.12" --hash=sha256:${sha('a')}`,
    `numpy==2.1.0 ; python_version >= "3.12" --hash=sha256:${sha('b')}`,
    `typing-extensions==4.12.2 --hash=sha256:${sha('c')}`,
  ]
  const python = {
    kind: 'python',
    spec: { python: '>=3.9', packages: ['numpy'] },
    pythonMinor: '3.11',
    requirements,
  } as const
  const image = { kind: 'image', image: 'python:3.11', indexDigest: `sha256:${sha('d')}`, platforms: {} } as const
  const table = { kind: 'file', size: 1, executable: false, sha256: sha('e') } as const
  const file = { size: 1, sha256: sha('f') }
  const frozen = {
    parameters,
    facts: { environments: { main: sha('1') }, code: { a: sha('2'), b: sha('2') }, files: { a: { table } } },
    environments: { main: { digest: sha('1'), lock: python }, own: { digest: sha('3'), lock: image } },
    code: sha('2'),
    parallelism: null,
    cache: true,
    resumes: null,
  }
  const snapshot = {
    digest: sha('2'),
    files: [
      { ...file, path: 'run.sh', executable: true },
      { ...file, path: 'train.py', executable: false },
    ],
    links: [{ path: 'link', target: 'train.py' }],
    size: 2,
  }
  const there = { template: 'wine-0123456789', secret: null, images: { main: 'r/env@sha256:1' }, keys: ['code/x'] }
  const record = recordOf({ digest: plan.digest, bound: bindPlan(plan, parameters), frozen, snapshot }, there)
  expect(record).toEqual({
    version: 1,
    pipeline: 'wine',
    pipelineDigest: plan.digest,
    definition: plan.definition,
    environments: {
      main: {
        digest: sha('1'),
        base: 'Python 3.11',
        packages: { numpy: '2.0.0, 2.1.0', 'typing-extensions': '4.12.2' },
      },
      own: { digest: sha('3'), base: 'python:3.11', packages: {} },
    },
    parameters: { depth: 3 },
    code: {
      digest: sha('2'),
      files: { 'run.sh': `${sha('f')} x`, 'train.py': sha('f'), link: '-> train.py' },
      steps: { a: sha('2'), b: sha('2') },
    },
    inputs: { 'a.table': sha('e') },
    ...there,
  })
  expect(PushRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(JSON.parse(JSON.stringify(record)))
})
