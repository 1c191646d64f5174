import { expect, test } from 'vitest'
import type { CodeSnapshot } from './code-snapshot.ts'
import { containerFiles } from './container-files.ts'
import type { AttemptTask } from './executor.ts'

const task = { step: { bound: { planned: { inputs: new Map(), reads: [] } } } } as unknown as AttemptTask
const fileNamed = (path: string) => ({ path, sha256: 'a'.repeat(64), size: 1, executable: false })
const snapshot: Pick<CodeSnapshot, 'files' | 'links'> = { files: ['a', 'b', 'c'].map(fileNamed), links: [] }
const blobs = { sourceOf: (sha256: string) => `/store/${sha256}` }

test('what lies in a container can be read again, and no further where the attempt is given up', () => {
  const giveUp = new AbortController()
  const placed = containerFiles({ task, snapshot, blobs, files: {}, signal: giveUp.signal })
  expect([...placed]).toEqual([...placed])
  const read = (): void => {
    for (const { path } of placed) if (path.endsWith('/b')) giveUp.abort(new Error('cancelled'))
  }
  expect(read).toThrow('cancelled')
})
