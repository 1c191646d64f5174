import { expect, test } from 'vitest'
import { openTenant } from '#test/support/cluster-tenant.ts'
import { openEngine } from '#test/support/engine.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { echo, keysBelow, labStore, push, remove, undo, versions } from '#test/support/pushed-things.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'

describeWithKubernetes('two laptops that push at once', () => {
  test('lose none of their versions', async () => {
    const profile = labProfile('push-two')
    await using one = await openEngine({ target: 'lab', profile })
    await using two = await openEngine({ target: 'lab', profile })
    const files = [await one.pipeline(echo, 'push-two'), await two.pipeline(echo, 'push-two')]
    const at = (index: number, n: number) => push(index === 0 ? one : two, files[index] ?? '', { n })
    const pushes = await Promise.all([at(0, 1), at(1, 2), at(0, 3), at(1, 4), at(0, 5), at(1, 5)])
    const templates = new Set(pushes.map(({ version }) => version.template))
    expect(templates.size).toBe(5)
    const found = await versions(one, 'push-two')
    expect(new Set(found.map((it) => it.replace('*', '')))).toEqual(templates)
    expect(found.filter((it) => it.endsWith('*'))).toHaveLength(1)
    expect(await versions(two, 'push-two')).toEqual(found)
    await remove(two, 'push-two')
    expect(await versions(one, 'push-two')).toEqual([])
  })
})

describeWithKubernetes('a user with rights in one namespace', () => {
  test('pushes, goes back and removes', async () => {
    await using tenant = await openTenant()
    const { kubeconfig, context, namespace, serviceAccount } = tenant
    const profile = labProfile(`push-${namespace}`, { kubeconfig: [kubeconfig], context, namespace, serviceAccount })
    await using engine = await openEngine({ target: 'lab', profile })
    const file = await engine.pipeline(echo, 'push-tenant')
    await push(engine, file, { n: 1 })
    await push(engine, file, { n: 2 })
    await undo(engine, 'push-tenant')
    await push(engine, file, { n: 3 })
    expect(await versions(engine, 'push-tenant')).toHaveLength(2)
    expect(await remove(engine, 'push-tenant')).toMatchObject({ templates: { length: 2 } })
    expect(await versions(engine, 'push-tenant')).toEqual([])
  })
})

describeWithKubernetes('two namespaces that share a bucket', () => {
  test('keep what lies in it until the second of them removes the pipeline', async () => {
    await using tenant = await openTenant()
    const { kubeconfig, context, namespace, serviceAccount } = tenant
    const profile = labProfile('push-shared')
    const there = { kubeconfig: [kubeconfig], context, namespace, serviceAccount }
    await using one = await openEngine({ target: 'lab', profile })
    await using two = await openEngine({ target: 'lab', profile: { ...profile, ...there } })
    await using store = labStore('push-shared')
    const first = await push(one, await one.pipeline(echo, 'push-shared'))
    const second = await push(two, await two.pipeline(echo, 'push-shared'))
    expect([second.version.template, second.bytes]).toEqual([first.version.template, 0])
    const content = async (): Promise<string[]> => (await keysBelow(store, '')).filter((key) => !key.includes('.at/'))
    const before = await content()
    expect(await remove(one, 'push-shared')).toMatchObject({ templates: [first.version.template], objects: 0 })
    expect([await versions(one, 'push-shared'), await content()]).toEqual([[], before])
    expect(await versions(two, 'push-shared')).toHaveLength(1)
    await remove(two, 'push-shared')
    expect(await keysBelow(store, '')).toEqual([])
  })
})
