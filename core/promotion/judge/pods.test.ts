import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { templateOf } from './judge-fixture.ts'
import { merged } from './merged.ts'
import { podsOf } from './pods.ts'
import { referencesOf } from './read-objects.ts'
import { shapeOf } from './try-pods.ts'

const GOLDEN = join(import.meta.dirname, '..', '..', 'cluster', 'golden')
const specOf = (name: string) => parse(readFileSync(join(GOLDEN, name), 'utf8')).spec
const templatesIn = (spec: { templates: { name: string }[] }) =>
  new Map(spec.templates.filter(({ name }) => name.startsWith('s-')).map(({ name }) => [name, name.slice(2)]))

describe('the pods of a compiled object', () => {
  test.each(readdirSync(GOLDEN))('are one for each template of a step in %s', (name) => {
    const spec = specOf(name)
    const templates = templatesIn(spec)
    const pods = podsOf(spec, { templates, executor: null })
    expect(pods.map(({ step }) => step).toSorted()).toEqual([...templates.values()].toSorted())
    for (const pod of pods) expect(pod.spec.serviceAccountName).toBe(spec.serviceAccountName)
  })

  test('have what their object says of them, and what Argo adds', () => {
    const spec = specOf('resources.yaml')
    const executor = {
      image: 'argoexec:v3',
      resources: { requests: { cpu: '100m' }, limits: {} },
      securityContext: undefined,
    }
    const [pod] = podsOf(spec, { templates: new Map([['s-a', 'a']]), executor })
    expect(pod?.labels['mini-submarine/pipeline']).toBe('p')
    expect(pod?.spec).toMatchObject({
      nodeSelector: { 'kubernetes.io/arch': 'arm64', pool: 'gpu' },
      tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
      imagePullSecrets: [{ name: 'pull' }],
      activeDeadlineSeconds: 990,
      terminationGracePeriodSeconds: 20,
      initContainers: [{ name: 'init', image: 'argoexec:v3', resources: { requests: { cpu: '100m' } } }],
      containers: [
        { name: 'wait' },
        { name: 'runner' },
        { name: 'main', resources: { limits: { 'nvidia.com/gpu': '1' } } },
      ],
    })
    expect(pod?.spec.volumes.map(({ name }) => name)).toEqual(['minisub', 'minisub-runner', 'minisub-shm'])
    expect(pod?.spec.containers[1]).not.toHaveProperty('dependencies')
  })

  test('are what their template says rather than what the object says', () => {
    const own = { nodeSelector: { pool: 'big' }, tolerations: [{ operator: 'Exists' }], priorityClassName: 'high' }
    const object = templateOf({ fit: { template: own } }, { podPriorityClassName: 'low', tolerations: [{ key: 'a' }] })
    const [pod] = podsOf(object['spec'], { templates: new Map([['s-fit', 'fit']]), executor: null })
    expect(pod?.spec).toMatchObject(own)
  })

  test('that differ in their program alone have one shape', () => {
    const shapes = (steps: Parameters<typeof templateOf>[0]): number => {
      const templates = new Map(Object.keys(steps).map((step) => [`s-${step}`, step]))
      return new Set(podsOf(templateOf(steps)['spec'], { templates, executor: null }).map(shapeOf)).size
    }
    const program = { container: { command: ['x'], env: [{ name: 'A', value: 'b' }] } }
    expect(shapes({ a: {}, b: program })).toBe(1)
    expect(shapes({ a: {}, b: { cpu: '1' } })).toBe(2)
    expect(shapes({ a: {}, b: { container: { image: 'other' } } })).toBe(2)
  })

  test('name what they cannot do without', () => {
    const container = {
      env: [
        { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's2', key: 'k', optional: true } } },
        { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'D', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
      ],
      envFrom: [{ secretRef: { name: 's3' } }],
    }
    const volumes = [
      { name: 'v', secret: { secretName: 's4' } },
      { name: 'w', persistentVolumeClaim: { claimName: 'p' } },
      { name: 'x', configMap: { name: 'c2', optional: true } },
    ]
    const object = templateOf({ fit: { container, template: { volumes } } }, { podPriorityClassName: 'high' })
    const [pod] = podsOf(object['spec'], { templates: new Map([['s-fit', 'fit']]), executor: null })
    const names = referencesOf(pod?.spec ?? expect.fail()).map(({ kind, name, key }) => `${kind} ${name} ${key}`)
    expect(names).toEqual([
      'Secret s k',
      'ConfigMap c k',
      'Secret s3 null',
      'Secret s4 null',
      'PersistentVolumeClaim p null',
      'PriorityClass high null',
    ])
  })
})

test.each([
  [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  [{ a: { x: 1 } }, { a: { y: 2 } }, { a: { x: 1, y: 2 } }],
  [{ a: [1] }, { a: [2] }, { a: [2] }],
  [
    { a: [{ name: 'x', v: 1 }] },
    { a: [{ name: 'x', w: 2 }, { name: 'y' }] },
    { a: [{ name: 'x', v: 1, w: 2 }, { name: 'y' }] },
  ],
])('%j with the patch %j is %j', (into, patch, result) => expect(merged(into, patch)).toEqual(result))
