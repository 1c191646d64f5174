import { basename } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openEngine, sh, type Engine } from '#test/support/engine.ts'
import { openHoldingProxy, type HoldingProxy } from '#test/support/holding-proxy.ts'
import { labProfile, openLab, SECRETS } from '#test/support/lab-target.ts'
import { echo, keysBelow, labStore, objectsOf, push, remove, TEMPLATES, versions } from '#test/support/pushed-things.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'

/** Two laptops with one target; calls of the first to the bucket can be held. */
async function openTwo(name: string): Promise<{ one: Engine; two: Engine; proxy: HoldingProxy }> {
  const proxy = await openHoldingProxy(lab.s3)
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  const profile = labProfile(name)
  // What they reach the bucket by names it, so both go through the proxy.
  const artifacts = { ...profile.artifacts, endpoint: proxy.endpoint, clusterEndpoint: lab.s3 }
  const engines: Engine[] = []
  for (let left = 2; left > 0; left -= 1) {
    const engine = await openEngine({ target: 'lab', profile: { ...profile, artifacts } })
    onTestFinished(() => engine[Symbol.asyncDispose]())
    await engine.secrets.set('race', 'token', 'carried')
    engines.push(engine)
  }
  const [one, two] = engines
  if (one === undefined || two === undefined) throw new Error('no engines')
  return { one, two, proxy }
}

const spec = { ...echo, steps: { a: { ...echo.steps.a, secrets: { TOKEN: { secret: 'race', key: 'token' } } } } }

async function isWhole(name: string): Promise<void> {
  await using store = labStore(name)
  expect((await objectsOf(name)).map(({ kind }) => kind)).toEqual(['WorkflowTemplate', 'ConfigMap', 'Secret'])
  const prefixes = (await keysBelow(store, '')).map((key) => key.split('/')[0])
  expect(new Set(prefixes)).toEqual(new Set(['blobs', 'code', 'pushed']))
}

describeWithKubernetes('a push and a removal at the same time', () => {
  test('leave a whole version where the removal comes while the push looks at what is there', async () => {
    const name = 'push-race-a'
    const { one, two, proxy } = await openTwo(name)
    const [file, same] = [await one.pipeline(spec, name), await two.pipeline(spec, name)]
    await one.write('code.txt', 'x\n')
    await two.write('code.txt', 'x\n')
    await push(two, same)
    for (const path of [/code\//, /pushed\/.*json/]) {
      const release = proxy.pause({ method: 'HEAD', path, side: 'response' })
      const pushing = push(one, file)
      const go = await Promise.race([release, pushing.then(() => undefined)])
      await remove(two, name)
      go?.()
      const { version } = await pushing
      if (go !== undefined) expect(await versions(one, name)).toEqual([`${version.template}*`])
      else await push(one, file)
      await isWhole(name)
    }
    await remove(one, name)
    await using store = labStore(name)
    expect([await objectsOf(name), await keysBelow(store, '')]).toEqual([[], []])
  })

  test('leave what is pushed while the removal is at work, and the rest of the old goes', async () => {
    const name = 'push-race-b'
    const { one, two, proxy } = await openTwo(name)
    const [file, same] = [await one.pipeline(spec, name), await two.pipeline(spec, name)]
    await one.write('code.txt', 'x\n')
    await two.write('code.txt', 'x\n')
    const old = await push(one, file, { n: 1 })
    const release = proxy.pause({ method: 'POST', path: /delete/, side: 'request' })
    const removing = remove(one, name)
    const go = await release
    const pushing = push(two, same, { n: 2 })
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    go()
    const [removed, { version }] = await Promise.all([removing, pushing])
    expect(removed.templates).toEqual([old.version.template])
    expect(await versions(two, name)).toEqual([`${version.template}*`])
    await isWhole(name)
    await remove(two, name)
    await using store = labStore(name)
    expect([await objectsOf(name), await keysBelow(store, '')]).toEqual([[], []])
  })
})

describeWithKubernetes('two targets with buckets of their own in one namespace', () => {
  test('have Secrets of their own', async () => {
    const [first, second] = ['push-own-a', 'push-own-b']
    await using one = await openEngine({ target: 'lab', profile: labProfile(first) })
    await using two = await openEngine({ target: 'lab', profile: labProfile(second) })
    for (const engine of [one, two]) await engine.secrets.set('race', 'token', basename(engine.root))
    await push(one, await one.pipeline(spec, 'push-own'))
    await push(two, await two.pipeline(spec, 'push-own'))
    expect((await objectsOf('push-own')).filter(({ kind }) => kind === 'Secret')).toHaveLength(2)
    await remove(one, 'push-own')
    expect((await objectsOf('push-own')).map(({ kind }) => kind)).toEqual(['WorkflowTemplate', 'ConfigMap', 'Secret'])
    await remove(two, 'push-own')
    expect(await objectsOf('push-own')).toEqual([])
  })
})

describeWithKubernetes('a removal', () => {
  test('finds the Secret of a push whose template is gone already', async () => {
    const name = 'push-secret-left'
    await using engine = await openEngine({ target: 'lab' })
    await engine.secrets.set('race', 'token', 'carried')
    const { version } = await push(engine, await engine.pipeline(spec, name))
    await using cluster = openLab()
    await cluster.delete(TEMPLATES, version.template)
    await remove(engine, name)
    expect(await cluster.list(SECRETS, { labelSelector: `mini-submarine/pipeline=${name}` })).toEqual([])
  })

  test('leaves the copy that somebody made of a version', async () => {
    const name = 'push-copied'
    await using engine = await openEngine({ target: 'lab' })
    const { version } = await push(engine, await engine.pipeline({ steps: { a: sh('true') } }, name))
    await using cluster = openLab()
    const { metadata, ...rest } = await cluster.get(TEMPLATES, version.template)
    const { labels, annotations } = metadata
    await cluster.create(TEMPLATES, { ...rest, metadata: { name: `${name}-mine`, labels, annotations } })
    try {
      expect(await remove(engine, name)).toMatchObject({ templates: [version.template] })
      expect((await objectsOf(name)).map((it) => it.metadata.name)).toEqual([`${name}-mine`])
    } finally {
      await cluster.delete(TEMPLATES, `${name}-mine`)
    }
  })
})
