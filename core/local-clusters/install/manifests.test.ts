import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { fullPlan, namespacedPlan } from './install-fixture.ts'
import { manifestsOf, renderYaml } from './manifests.ts'
import { titleOf } from './objects.ts'
import { pathOf } from './places.ts'
import { storeNamespaceOf } from './plan.ts'
import { POD_RULES, USER_RULES, type Rule } from './rights.ts'
import { IMAGES, REGISTRY_IMAGE } from './versions.ts'

const PLANS = { local: fullPlan(), namespaced: namespacedPlan('ml') }
const GOLDEN = join(import.meta.dirname, 'golden')

describe.each(Object.entries(PLANS))('what a plan installs (%s)', (name, plan) => {
  const objects = manifestsOf(plan)

  test('is what the golden file says', async () => {
    await expect(renderYaml(objects)).toMatchFileSnapshot(join(GOLDEN, `${name}.yaml`))
  })

  test('has each object once, at a place of its own', () => {
    const paths = objects.map(pathOf)
    expect(paths.toSorted()).toEqual([...new Set(paths)].toSorted())
  })

  test('says of all of it whose it is', () => {
    const labels = objects.map((it) => it.metadata.labels?.['app.kubernetes.io/managed-by'])
    expect(new Set(labels)).toEqual(new Set(['mini-submarine']))
  })

  test('comes in an order in which each finds what it needs', () => {
    const titles = objects.map(titleOf)
    const at = (title: string): number => titles.indexOf(title)
    for (const { kind, metadata } of objects) {
      const { namespace } = metadata
      const isMade = plan.namespaces.some((it) => it.name === namespace)
      if (isMade) expect(at(`Namespace ${namespace}`)).toBeLessThan(at(`${kind} ${namespace}/${metadata.name}`))
    }
    const kinds = objects.findLastIndex(({ kind }) => kind === 'CustomResourceDefinition')
    expect(kinds).toBeLessThan(objects.findIndex(({ kind }) => kind === 'Deployment'))
  })

  test('names images by version, and no value of a secret', () => {
    const text = renderYaml(objects)
    const images = [...text.matchAll(/\bimage: (\S+)/g)].map(([, image]) => image)
    expect(new Set(images)).toEqual(new Set([IMAGES.controller, IMAGES.store]))
    expect(text).toContain(IMAGES.executor)
    expect(text).not.toContain('a-secret-key')
    expect(text).not.toContain(Buffer.from('a-secret-key').toString('base64'))
  })

  test('is read back from its YAML as it was', () => {
    const read = parseAllDocuments(renderYaml(objects)).map((it) => it.toJS() as KubeObject)
    const isPlain = (it: KubeObject): boolean => it.kind !== 'Secret'
    expect(read.filter(isPlain)).toEqual(objects.filter(isPlain))
  })
})

test('images are pinned', () => {
  for (const image of Object.values(IMAGES)) expect(image).toMatch(/:v\d+\.\d+\.\d+$/)
  expect(REGISTRY_IMAGE).toMatch(/:\d/)
})

test('a namespaced plan has nothing of the whole cluster but kinds and its namespace', () => {
  const wide = manifestsOf(PLANS.namespaced).filter(({ metadata }) => metadata.namespace === undefined)
  expect(new Set(wide.map(({ kind }) => kind))).toEqual(new Set(['Namespace', 'CustomResourceDefinition']))
})

test("without limits there is no quota and no limit range; a quota alone lets Argo's containers ask", () => {
  const kinds = (limits: object): unknown[] => manifestsOf({ ...fullPlan(), limits }).map(({ kind }) => kind)
  expect(kinds({})).not.toContain('LimitRange')
  expect(kinds({})).not.toContain('ResourceQuota')
  expect(kinds({ quotaCpu: '2' })).toEqual(expect.arrayContaining(['LimitRange', 'ResourceQuota']))
  expect(kinds({ defaultCpu: '1' })).not.toContain('ResourceQuota')
})

test('rights of users and of pods are those of docs/targets.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/targets.md'), 'utf8')
  const documents = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    (block ?? '').split(/^---$/m),
  )
  const rules = documents.map((it) => parse(it) as { kind?: string; rules?: readonly Rule[] })
  const [users, pods] = rules.filter(({ kind }) => kind === 'Role').map((it) => flat(it.rules ?? []))
  expect(flat(USER_RULES)).toEqual(users)
  expect(flat(POD_RULES)).toEqual(pods)
})

function flat(rules: readonly Rule[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${apiGroups.join(',')}`)),
    )
    .toSorted()
}

test.each([
  ['http://minisub-store.minisub-system.svc:9000', 'minisub-system'],
  ['http://minisub-store.minisub-system.svc.cluster.local:9000', 'minisub-system'],
  ['http://minisub-store.other:9000/', 'other'],
  ['http://minisub-store:9000', 'ml'],
  ['https://minisub-store.ml.svc:9000', undefined],
  ['http://minisub-store.ml.svc:9001', undefined],
  ['http://minisub-store.ml.svc', undefined],
  ['http://store.ml.svc:9000', undefined],
  ['http://minisub-store.ml.example:9000', undefined],
  ['https://s3.eu-central-1.amazonaws.com', undefined],
])('the store of %s is in the namespace %s', (address, namespace) => {
  expect(storeNamespaceOf(address, 'ml')).toBe(namespace)
})
