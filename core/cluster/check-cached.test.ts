import { describe, expect, test } from 'vitest'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { sha256 } from '#core/files/index.ts'
import { foresee, stepOf } from '#core/pipelines/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { foreseeWithBucket } from './check-cached.ts'
import { documentOf, fileRecord, folderRecord, planOf } from './compile-fixture.ts'
import type { Connection } from './connections.ts'
import { locateCached, placesOf } from './content.ts'
import { memoryFiles, memoryStore } from './store-fixture.ts'

const command = ['true']
const PLAN = planOf(
  documentOf({
    steps: {
      a: { command, outputs: { f: { type: 'file' }, d: { type: 'folder' } } },
      each: { command, forEach: { i: [0, 1, 2] }, outputs: { f: { type: 'file' } } },
      reader: {
        command,
        inputs: {
          f: '${{ steps.a.outputs.f }}',
          d: '${{ steps.a.outputs.d }}',
          all: '${{ steps.each.outputs.f }}',
        },
      },
    },
  }),
)
const [FILE, FOLDER] = [fileRecord('f'), folderRecord({ 'a/b': 'b', c: 'c' })]
const ITEM = fileRecord('1')

/** A run of which `a` and the second item of `each` are cached, as long as their files are somewhere. */
function setUp({ here = [], elsewhere = [] }: { here?: readonly string[]; elsewhere?: readonly string[] }) {
  const [store, remote] = [memoryStore(), memoryFiles()]
  const [local, fetched] = [new Set(here), new Array<OutputRecord>()]
  const blobs = { has: (it: string) => local.has(it), sourceOf: (it: string) => `/blobs/${it}` } as unknown as Blobs
  const isThere = (it: string): boolean => local.has(it) || remote.find(it, ['s', 'other']) !== undefined
  const put = (record: OutputRecord, at: string): void => {
    remote.add('s', placesOf(record, at))
    for (const { key, size } of placesOf(record, at)) store.objects.set(key, 'x'.repeat(size))
  }
  remote.add(
    'other',
    elsewhere.map((it) => ({ sha256: it, size: 1, key: 'k' })),
  )
  const run = {
    remote,
    fetch: (records: readonly OutputRecord[]) => Promise.resolve(void fetched.push(...records)),
    foresee: () =>
      foresee(PLAN, {
        now: () => 1,
        facts: { environments: {}, code: {}, files: {} },
        lookUp: ({ step: { bound }, item }) => {
          const { name } = bound.planned
          const outputs = name === 'a' ? { f: FILE, d: FOLDER } : item === 1 ? { f: ITEM } : undefined
          if (outputs === undefined) return 'none'
          const hashes = Object.values(outputs).flatMap((record) => placesOf(record, '').map(({ sha256: it }) => it))
          return hashes.every(isThere) ? { outputs, from: 'r0', resumed: false } : 'gone'
        },
      }),
  }
  const place = { connection: { store } as unknown as Connection, storeId: 's', blobs }
  const begin = () => foreseeWithBucket(run, place)
  const locate = (state: Awaited<ReturnType<typeof begin>>) =>
    locateCached('r1', state, { blobs, remote, storeId: 's', snapshot: {} as never })
  return { store, remote, put, begin, locate, fetched }
}

describe('what is cached in the bucket', () => {
  test('is counted on where it is there, and read where it lies', async () => {
    const { put, begin, locate, store } = setUp({})
    put(FILE, 'runs/r0/a/f')
    put(FOLDER, 'runs/r0/a/d')
    put(ITEM, 'runs/r0/each/f/1')
    const state = await begin()
    const { locate: placeOf, uploads, copies } = locate(state)
    expect([placeOf('a', 'f'), placeOf('a', 'd')]).toEqual(['runs/r0/a/f', 'runs/r0/a/d'])
    expect([uploads, copies]).toEqual([[], [{ from: 'runs/r0/each/f/1', to: 'runs/r1/each/f/1' }]])
    expect(store.asked).toContain('list runs/r0/a/d/')
    expect(store.asked).not.toContain('head runs/r0/a/d/c')
  })

  test('is computed again where the bucket has lost it', async () => {
    const { put, begin, store, remote } = setUp({})
    put(FILE, 'runs/r0/a/f')
    put(FOLDER, 'runs/r0/a/d')
    put(ITEM, 'runs/r0/each/f/1')
    for (const key of ['runs/r0/a/d/c', 'runs/r0/each/f/1']) store.objects.delete(key)
    const state = await begin()
    expect([stepOf(state, 'a').status, stepOf(state, 'each').ends.cached]).toEqual(['pending', 0])
    expect(remote.find(sha256('c'), ['s'])).toBeUndefined()
    expect(remote.find(sha256('b'), ['s'])).toBeDefined()
  })

  test('is sent from here where the bucket has lost it and this machine has it', async () => {
    const { put, begin, locate, store } = setUp({ here: ['f', 'b', 'c', '1'].map((text) => sha256(text)) })
    put(FILE, 'runs/r0/a/f')
    store.objects.clear()
    const state = await begin()
    expect(stepOf(state, 'a').status).toBe('cached')
    const { locate: placeOf, uploads } = locate(state)
    expect(placeOf('a', 'f')).toBe(`blobs/${sha256('f')}`)
    expect(uploads.map(({ key }) => key).toSorted()).toEqual(
      [`blobs/${sha256('f')}`, `trees/${FOLDER.sha256}/a/b`, `trees/${FOLDER.sha256}/c`, 'runs/r1/each/f/1'].toSorted(),
    )
  })

  test('is taken to this machine where only the bucket of another cluster has it', async () => {
    const { begin, fetched } = setUp({ elsewhere: ['f', 'b', 'c'].map((text) => sha256(text)) })
    await begin()
    expect(fetched).toEqual([FILE, FOLDER])
  })
})
