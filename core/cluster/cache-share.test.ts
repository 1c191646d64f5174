import { describe, expect, test } from 'vitest'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { sha256 } from '#core/files/index.ts'
import type { CacheEntry, ClusterRun } from '#core/pipelines/index.ts'
import { learnCache, shareCache } from './cache-share.ts'
import { fileRecord, folderRecord, valueRecord } from './compile-fixture.ts'
import type { Connection } from './connections.ts'
import { placesOf } from './content.ts'
import { cacheKey } from './keys.ts'
import { memoryFiles, memoryStore, type MemoryStore } from './store-fixture.ts'

const [K1, K2, K3] = ['1', '2', '3'].map((name) => sha256(name)) as [string, string, string]

function entry(key: string, outputs: CacheEntry['outputs']): CacheEntry {
  return { key, run: 'r1', consumed: { x: sha256('x') }, outputs }
}

function share(store: MemoryStore, entries: readonly CacheEntry[], places: readonly [OutputRecord, string][] = []) {
  const remote = memoryFiles()
  for (const [record, key] of places) remote.add('s', placesOf(record, key))
  const connection = { store } as unknown as Connection
  return shareCache({ cached: () => entries, connection, remote, storeId: 's' })
}

/** Learns for a run whose steps have these keys, one after the other. */
async function learn(store: MemoryStore, chain: readonly string[]) {
  const learned: CacheEntry[] = []
  const remote = memoryFiles()
  const foresee = (): ReturnType<ClusterRun['foresee']> => {
    const missed = chain.find((key) => !learned.some((it) => it.key === key))
    return { state: {} as never, missed: missed === undefined ? [] : [missed] }
  }
  await learnCache(
    { foresee, remote, learn: (entries) => void learned.push(...entries) },
    { connection: { store }, storeId: 's' },
  )
  return { learned: learned.map(({ key }) => key), remote }
}

describe('the shared cache', () => {
  test('gives others what was shared, as deep as it goes, and says where its files lie', async () => {
    const store = memoryStore()
    const [file, folder] = [fileRecord('f'), folderRecord({ 'a/b': 'b' })]
    const entries = [entry(K1, { f: file, d: folder }), entry(K2, { v: valueRecord({ a: 1 }) })]
    await share(store, entries, [
      [file, 'runs/r1/a/f'],
      [folder, 'runs/r1/a/d'],
    ])
    const { learned, remote } = await learn(store, [K1, K2, K3])
    expect(learned).toEqual([K1, K2])
    expect(remote.find(sha256('f'), ['s'])?.key).toBe('runs/r1/a/f')
    expect(remote.find(sha256('b'), ['s'])?.key).toBe('runs/r1/a/d/a/b')
  })

  test('is not told of what has a file that the bucket lacks', async () => {
    const store = memoryStore()
    await share(store, [entry(K1, { f: fileRecord('f') }), entry(K2, {})])
    expect([...store.objects.keys()]).toEqual([cacheKey(K2)])
  })

  test('is told again of what is computed again, since its files may have been removed', async () => {
    const store = memoryStore()
    const [before, after] = [fileRecord('f'), fileRecord('g')]
    await share(store, [entry(K1, { f: before })], [[before, 'runs/r1/a/f']])
    await share(store, [entry(K1, { f: after })], [[after, 'runs/r2/a/f']])
    const { remote } = await learn(store, [K1])
    expect(remote.find(sha256('g'), ['s'])?.key).toBe('runs/r2/a/f')
  })

  test('asks for no key twice', async () => {
    const store = memoryStore()
    await learn(store, [K1, K2])
    expect(store.asked).toEqual([`read ${cacheKey(K1)}`])
  })

  test.each([
    ['no JSON', '{'],
    ['something else', '[]'],
    ['another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['the entry of another key', (text: string) => text.replace(K1, K2)],
    ['outputs that are none', (text: string) => text.replace('"kind":"value"', '"kind":"odd"')],
  ])('takes no hit from %s', async (_name, change) => {
    const store = memoryStore()
    await share(store, [entry(K1, { v: valueRecord(1) })])
    const text = store.objects.get(cacheKey(K1)) ?? ''
    expect((await learn(store, [K1])).learned).toEqual([K1])
    store.objects.set(cacheKey(K1), typeof change === 'string' ? change : change(text))
    expect((await learn(store, [K1])).learned).toEqual([])
  })
})
