import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { openStore } from '#core/store/index.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { fetchFiles, reachableStores } from './fetch-files.ts'
import { openRemoteFiles, type RemoteFile, type RemoteFiles } from './remote-files.ts'

function openRemote(): RemoteFiles {
  const home = mkdtempSync(join(tmpdir(), 'minisub-remote-'))
  const store = openStore(home)
  onTestFinished(() => {
    store[Symbol.dispose]()
    rmSync(home, { recursive: true })
  })
  return openRemoteFiles(store)
}

const file = (sha256: string, key: string, size = 1): RemoteFile => ({ sha256, key, size })
const record = (sha256: string): OutputRecord => ({ kind: 'file', sha256, size: 1, executable: false })

describe('files of buckets', () => {
  test('are found by content in the buckets that are asked for, at the key that was told last', () => {
    const remote = openRemote()
    remote.add('s1', [file('a', 'k1'), file('b', 'k2')])
    remote.add('s2', [file('a', 'k3')])
    remote.add('s1', [file('a', 'k4')])
    expect(remote.find('a', ['s1'])).toEqual({ sha256: 'a', key: 'k4', size: 1, store: 's1' })
    expect(remote.find('a', ['s2'])?.key).toBe('k3')
    expect(remote.find('a', [])).toBeUndefined()
    expect(remote.find('c', ['s1', 's2'])).toBeUndefined()
    expect(remote.stores().toSorted()).toEqual(['s1', 's2'])
  })

  test('are forgotten where a bucket has lost them, and only there', () => {
    const remote = openRemote()
    for (const store of ['s1', 's2']) remote.add(store, [file('a', 'k')])
    remote.forget('s1', ['a', 'b'])
    expect([remote.find('a', ['s1']), remote.find('a', ['s1', 's2'])?.store]).toEqual([undefined, 's2'])
  })
})

describe('fetching', () => {
  type Fake = { readonly target: ClusterTarget; readonly fetched: string[][] }
  const fake = (store: string, isThere = true): Fake => {
    const fetched: string[][] = []
    const fetch = (files: readonly RemoteFile[]): Promise<void> => {
      fetched.push(files.map(({ key }) => key))
      return Promise.resolve()
    }
    const target = { kind: 'cluster', store, fetch, hasStore: () => Promise.resolve(isThere) }
    return { target: target as unknown as ClusterTarget, fetched }
  }
  const targetsOf = (...all: readonly Fake[]) => new Map(all.map(({ target }, index) => [`t${index}`, target]))

  test('takes each file once, from the bucket that has it, and not what is here', async () => {
    const remote = openRemote()
    const [one, two] = [fake('s1'), fake('s2')]
    remote.add('s1', [file('a', 'k1', 5), file('here', 'k2')])
    remote.add('s2', [file('b', 'k3', 6)])
    const options = { blobs: { has: (sha: string) => sha === 'here' }, remote, targets: targetsOf(one, two) }
    const bytes = await fetchFiles([record('a'), record('b'), record('a'), record('here')], options)
    expect([bytes, one.fetched, two.fetched]).toEqual([11, [['k1']], [['k3']]])
  })

  test('says what no bucket of a target has', async () => {
    const remote = openRemote()
    remote.add('deleted', [file('a', 'k1')])
    const options = { blobs: { has: () => false }, remote, targets: targetsOf(fake('s1')) }
    await expect(fetchFiles([record('a')], options)).rejects.toMatchObject({ code: 'artifact_missing' })
  })

  test('counts on the buckets that hold something and answer', async () => {
    const remote = openRemote()
    for (const store of ['s1', 's2', 'deleted']) remote.add(store, [file('a', 'k')])
    const targets = targetsOf(fake('s1'), fake('s2', false), fake('empty'))
    expect(await reachableStores({ remote, targets })).toEqual(['s1'])
  })
})
