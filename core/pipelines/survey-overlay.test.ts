import { expect, test } from 'vitest'
import type { RemoteFile } from './remote-files.ts'
import { openOverlay } from './survey-overlay.ts'

const kept: Record<string, RemoteFile & { store: string }> = {
  'b1 known': { sha256: 'known', size: 1, key: 'blobs/known', store: 'b1' },
}
const unchanged = (): never => expect.unreachable('a survey writes nothing')
const known = {
  store: {
    cached: (key: string) => (key === 'own' ? { key, run: 'mine', consumed: {}, outputs: {} } : undefined),
    get: () => undefined,
    steps: () => [],
    parts: () => undefined,
  },
  remote: {
    add: unchanged,
    forget: unchanged,
    find: (sha256: string, stores: readonly string[]) =>
      stores.flatMap((store) => kept[`${store} ${sha256}`] ?? []).at(0),
    stores: () => ['b1'],
  },
}
const entry = (key: string, run: string) => ({ key, run, consumed: {}, outputs: {} })

test('what a survey learns is found by it, and written nowhere', () => {
  const overlay = openOverlay(known)
  const { store, remote } = overlay
  overlay.learn([entry('k', 'r1'), entry('own', 'theirs')])
  overlay.learn([entry('k', 'r2')])
  expect(['k', 'own', 'none'].map((key) => store.cached(key)?.run)).toEqual(['r1', 'mine', undefined])
  remote.add('b2', [{ sha256: 'new', size: 2, key: 'blobs/new' }])
  expect(remote.find('new', ['b1', 'b2'])).toEqual({ sha256: 'new', size: 2, key: 'blobs/new', store: 'b2' })
  expect(remote.find('new', ['b1'])).toBeUndefined()
  expect(remote.stores()).toEqual(['b1', 'b2'])
})

test('what a bucket has lost is not found in it, until it is there again', () => {
  const { remote } = openOverlay(known)
  expect(remote.find('known', ['b1'])?.key).toBe('blobs/known')
  remote.forget('b1', ['known'])
  expect(remote.find('known', ['b1'])).toBeUndefined()
  remote.add('b1', [{ sha256: 'known', size: 1, key: 'elsewhere' }])
  expect(remote.find('known', ['b1'])?.key).toBe('elsewhere')
})
