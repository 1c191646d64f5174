import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { eachLine, plainLine } from './lines.ts'
import { runKind } from './run.ts'
import { createSteps } from './steps.ts'
import { kindWords } from './words.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-run-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function start(script: string, { signal = new AbortController().signal, stdin = '' } = {}) {
  const path = join(folder, 'kind')
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const lines: string[] = []
  const children: (number | null)[] = []
  const run = runKind({ path, version: 'v0.30.0', from: 'path' }, ['create', 'cluster'], {
    env: { PATH: process.env['PATH'] ?? '', ONLY: 'this' },
    signal,
    stdin,
    onLine: (line) => lines.push(line),
    onChild: (pid) => children.push(pid),
  })
  return { run, lines, children }
}
/** Whether a process runs; one that has ended and that nobody took note of does not. */
const isThere = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

test('lines of both streams come without colours and emoji, also the last one', async () => {
  const { run, lines, children } = start(
    String.raw`printf ' • Ensuring node image \033[32m🖼\033[0m  ...\r\n' >&2; cat; printf 'no end %s' "$ONLY$HOME"`,
    { stdin: 'kind: Cluster\n' },
  )
  await run
  expect(lines.toSorted()).toEqual([' • Ensuring node image   ...', 'kind: Cluster', 'no end this'])
  expect(children).toEqual([expect.any(Number), null])
})

test('a failure has the words of kind, and all that it printed as details', async () => {
  const { run } = start('echo begin; echo "ERROR: failed to create cluster: no way" >&2; exit 1')
  const error: unknown = await run.catch((thrown: unknown) => thrown)
  if (!isProblem(error)) throw error
  expect([error.code, error.message]).toEqual([
    'kind_failed',
    'kind create cluster failed (failed to create cluster: no way): look at the log, then try again',
  ])
  expect(error.details?.split('\n').toSorted()).toEqual(['ERROR: failed to create cluster: no way', 'begin'])
})

test('what is given up is over with its whole group, also where it does not want to end', async () => {
  const cancel = new AbortController()
  const mark = join(folder, 'pids')
  const stubborn = `trap '' TERM; sh -c 'trap "" TERM; echo $$ > ${mark}; while :; do sleep 0.1; done' & echo ready; wait`
  const { run, lines, children } = start(`${stubborn}\nwait`, { signal: cancel.signal })
  await expect.poll(() => lines.includes('ready') && existsSync(mark) && readFileSync(mark, 'utf8') !== '').toBe(true)
  cancel.abort(new Error('given up'))
  await expect(run).rejects.toThrow('given up')
  expect(children.at(-1)).toBeNull()
  expect([children[0] ?? 0, Number(readFileSync(mark, 'utf8'))].map(isThere)).toEqual([false, false])
})

test('where a line cannot be kept nothing goes on', async () => {
  const path = join(folder, 'kind')
  writeFileSync(path, '#!/bin/sh\necho a line; sleep 60', { mode: 0o755 })
  const children: (number | null)[] = []
  const run = runKind({ path, version: 'v0.30.0', from: 'path' }, ['create', 'cluster'], {
    env: { PATH: process.env['PATH'] ?? '' },
    signal: new AbortController().signal,
    onLine: () => {
      throw new Error('the disk is full')
    },
    onChild: (pid) => children.push(pid),
  })
  await expect(run).rejects.toThrow('the disk is full')
  expect([isThere(children[0] ?? 0), children.at(-1)]).toEqual([false, null])
})

test('nothing is begun after it was given up, and a program that cannot be run is a Problem', async () => {
  const { run, children } = start('true', { signal: AbortSignal.abort(new Error('given up')) })
  await expect(run).rejects.toThrow('given up')
  expect(children).toEqual([])
  writeFileSync(join(folder, 'none'), 'x')
  const missing = runKind({ path: join(folder, 'none'), version: 'v0.30.0', from: 'path' }, ['version'], {
    env: {},
    signal: new AbortController().signal,
    onLine: () => {},
    onChild: () => {},
  })
  await expect(missing).rejects.toMatchObject({ code: 'kind_unavailable' })
})

test('any bytes become plain lines, wherever they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.array(fc.nat(40)), async (text, cuts) => {
      const pieces = [...new Set(cuts)]
        .toSorted((a, b) => a - b)
        .reduceRight<string[]>(([rest = '', ...done], at) => [rest.slice(0, at), rest.slice(at), ...done], [text])
      const lines: string[] = []
      await eachLine(
        (async function* () {
          yield* pieces
        })(),
        (line) => lines.push(line),
      )
      expect(lines).toEqual(
        text
          .split('\n')
          .map(plainLine)
          .filter((line) => line !== ''),
      )
      // oxlint-disable-next-line no-control-regex -- none may be left
      expect(lines.join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/)
    }),
  )
})

test('the steps of kind are a bar that only grows, and ends at its end', () => {
  const read = createSteps({ controlPlanes: 1, workers: 1 })
  const names = ['Ensuring node image (a:1)', 'Preparing nodes', 'Writing configuration', 'Starting control-plane']
  const rest = ['Installing CNI', 'Installing StorageClass', 'Joining worker nodes']
  const seen = [...names, ...rest].flatMap((name) => [read(` • ${name}   ...`), read(` ✓ ${name}`)])
  const fractions = seen.map((it) => it?.fraction ?? -1)
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
  expect([fractions[0], fractions.at(-1)]).toEqual([0, 1])
  expect(seen[0]?.note).toBe('Ensuring node image (a:1)')
  expect(read('Set kubectl context to "kind-x"')).toBeUndefined()
  expect(read(' ✗ Preparing nodes')?.fraction).toBe(1)
  expect(createSteps({ controlPlanes: 1, workers: 0 })(' ✓ Installing StorageClass')?.fraction).toBe(1)
})

test('the words of kind are short and name the reason', () => {
  const run = 'command "docker run --name a --label \\"x\\" img" failed with error: exit status 125'
  expect(
    kindWords([`ERROR: failed to create cluster: ${run}`, 'Command Output: 4f2c', 'docker: Error: port is taken']),
  ).toBe('failed to create cluster: docker run failed, exit status 125; docker: Error: port is taken')
  const init = 'command "docker exec --privileged c-control-plane kubeadm init --v=6" failed with error: exit status 1'
  expect(kindWords([`ERROR: failed to init node with kubeadm: ${init}`])).toBe(
    'failed to init node with kubeadm: kubeadm init in c-control-plane failed, exit status 1',
  )
  expect(kindWords([])).toBe('it said nothing')
  fc.assert(fc.property(fc.array(fc.string()), (lines) => kindWords(lines).length <= 500))
})
