import { createHash } from 'node:crypto'
import { pack, type Header } from 'tar-stream'
import { expect, test } from 'vitest'
import { OUTPUTS_FILE } from '#core/attempts/index.ts'
import type { Workload } from '../driver.ts'
import { collectOutputs } from './collect.ts'
import { keeper } from './docker-fixture.ts'
import type { DockerEngine } from './engine.ts'

type Entry = Partial<Header> & { readonly name: string; readonly text?: string }

/** An engine whose every container left this archive. */
function engineWith(entries: readonly Entry[]): DockerEngine {
  const archive = pack()
  for (const { text = '', ...header } of entries) archive.entry(header, text)
  archive.finalize()
  const client = { getContainer: () => ({ getArchive: () => Promise.resolve(archive) }) }
  return { streams: () => Promise.resolve(client) } as unknown as DockerEngine
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function recordsOf(text: string): Entry {
  const record = { kind: 'file', executable: false, sha256: sha256(text), size: text.length }
  return { name: `outputs/${OUTPUTS_FILE}`, text: JSON.stringify({ out: record }) }
}

const declared = { out: { type: 'file' } } as const
const part = { role: 'main', command: [], env: {}, workingFolder: '/', mounts: [], ports: [], limits: {} }
const workload: Workload = {
  id: 'x',
  labels: {},
  kind: 'job',
  controlFolder: '/none',
  parts: [{ ...part, outputs: { folder: '/mini-submarine/outputs', declared } }],
}

test('of an archive only what the records list is kept, whatever else is in it', async () => {
  const { keep, texts } = keeper()
  const others: Entry[] = [
    { name: '../../etc/passwd', text: 'evil' },
    { name: '/etc/passwd', text: 'evil' },
    { name: 'outputs/../out', text: 'evil' },
    { name: 'outputs/l', type: 'symlink', linkname: '/etc/passwd' },
    { name: `outputs/${'very long '.repeat(30)}ü`, text: 'evil' },
  ]
  const engine = engineWith([recordsOf('good'), ...others, { name: 'outputs/out', text: 'good' }])
  await collectOutputs(engine, workload, keep)
  expect([...texts.values()]).toEqual(['good'])
})

test.each<[string, Entry]>([
  ['a second name of a file that nobody kept', { name: 'outputs/out', type: 'link', linkname: 'outputs/other' }],
  ['a symbolic link', { name: 'outputs/out', type: 'symlink', linkname: '/etc/passwd' }],
  ['other bytes', { name: 'outputs/out', text: 'evil' }],
  ['far more bytes', { name: 'outputs/out', text: 'good'.repeat(1000) }],
  ['nothing', { name: 'outputs/none', text: 'good' }],
])('where an output should be and there is %s, nothing is taken for it', async (_, entry) => {
  const { keep, texts } = keeper()
  const first = { name: 'outputs/other', text: 'good' }
  await expect(collectOutputs(engineWith([recordsOf('good'), first, entry]), workload, keep)).rejects.toThrow()
  expect(texts.size).toBe(0)
})
