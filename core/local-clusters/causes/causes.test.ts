import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { likelyCause, readNodeLogs } from './index.ts'
import { GENERAL } from './rules-general.ts'
import { SPECIFIC } from './rules.ts'

const FOLDER = join(import.meta.dirname, 'recorded')
const RULES = [...SPECIFIC, ...GENERAL]
const NAMES = readdirSync(FOLDER).map((file) => file.replace(/\.log$/, ''))

/** What was printed, and what nodes logged. Lines that begin with # say where it is from. */
function recorded(name: string) {
  const text = readFileSync(join(FOLDER, `${name}.log`), 'utf8')
  const [output = '', logs = ''] = text.replaceAll(/^#.*\n/gm, '').split('---- logs\n')
  return { message: '', output: output.split('\n'), logs: logs.split('\n') }
}
const ruleOf = (name: string): string | undefined =>
  RULES.map(({ id }) => id)
    .filter((id) => name === id || name.startsWith(`${id}-`))
    .toSorted((a, b) => b.length - a.length)[0]

test.each(NAMES)('the recorded log %s leads to its own cause', (name) => {
  expect(likelyCause(recorded(name))?.id).toBe(ruleOf(name))
})

test('every rule has a log, and there are enough of them', () => {
  expect(RULES.map(({ id }) => id).filter((id) => !NAMES.some((name) => ruleOf(name) === id))).toEqual([])
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length)
  expect(RULES.length).toBeGreaterThanOrEqual(14)
})

test('each is one sentence for the cause and one for the fix', () => {
  const odd = RULES.filter(({ cause, fix }) => /[.:]$/.test(cause) || /[.:]$/.test(fix) || fix === '')
  expect(odd).toEqual([])
})

test('what was printed counts before what the nodes logged, and a message alone is enough', () => {
  const [disk, memory] = [recorded('disk-full').output, recorded('out-of-memory').logs]
  expect(likelyCause({ message: '', output: disk, logs: memory })?.id).toBe('disk-full')
  expect(likelyCause({ message: disk.join('\n'), output: [], logs: [] })?.id).toBe('disk-full')
  // The node says more than that it did not come up.
  expect(likelyCause({ ...recorded('no-systemd'), logs: recorded('inotify').logs })?.id).toBe('inotify')
})

test('what is not known has no cause', () => {
  expect(likelyCause({ message: 'the sea is rough', output: ['Preparing nodes'], logs: [] })).toBeUndefined()
  const text = fc.array(fc.string({ maxLength: 40 }))
  fc.assert(fc.property(text, text, (output, logs) => void likelyCause({ message: '', output, logs })))
})

test('a line without end keeps nobody waiting', () => {
  const logs = ['lookup a: '.repeat(25_000), `manifest for ${'x:6443/'.repeat(35_000)}`]
  const begun = performance.now()
  expect(likelyCause({ message: '', output: [], logs })).toBeUndefined()
  expect(performance.now() - begun).toBeLessThan(2_000)
})

test('the ends of the logs of all nodes are read, and a folder without any has none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-logs-'))
  try {
    mkdirSync(join(folder, 'one'))
    mkdirSync(join(folder, 'two'))
    writeFileSync(join(folder, 'docker-info.txt'), 'not of a node')
    writeFileSync(join(folder, 'one', 'kubelet.log'), `early\n${'x'.repeat(300_000)}\nlate\n`)
    writeFileSync(join(folder, 'two', 'serial.log'), 'second\n')
    const journal = [
      'Nov 26 09:10:00 two kernel: Out of memory: Killed process 1 (old)',
      'Nov 26 10:00:00 two systemd[1]: Starting',
      'Nov 26 10:00:09 two kernel: Out of memory: Killed process 2 (etcd)',
    ]
    writeFileSync(join(folder, 'two', 'journal.log'), journal.join('\n'))
    const lines = await readNodeLogs(folder)
    expect([lines.includes('early'), lines.includes('late'), lines.includes('second')]).toEqual([false, true, true])
    expect(lines.slice(-2)).toEqual(journal.slice(1))
    expect(await readNodeLogs(join(folder, 'none'))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
