import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { pulledScript, variablesScript } from './pulled-script.ts'

const folder = mkdtempSync(join(tmpdir(), "minisub it's $HOME-"))
afterAll(() => rm(folder, { recursive: true }))

const SHOW = 'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env.WORD, process.cwd()]))'
const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((it) => !it.includes('\0') && it.isWellFormed())

test('run.sh gives a command exactly what it says, wherever it lies', () => {
  mkdirSync(join(folder, 'code'))
  fc.assert(
    fc.property(text, text, (argument, word) => {
      const script = pulledScript({
        root: '/the-root',
        what: 'x\nrm -rf /',
        command: [process.execPath, '-e', SHOW, '--', argument, `/the-root/inputs/${argument}`],
        env: { WORD: `${word}=/the-root/outputs` },
        secrets: [],
      })
      writeFileSync(join(folder, 'run.sh'), script)
      chmodSync(join(folder, 'run.sh'), 0o755)
      const shown: unknown = JSON.parse(execFileSync(join(folder, 'run.sh'), { encoding: 'utf8', cwd: '/' }))
      expect(shown).toEqual([
        [argument, `${folder}/inputs/${argument}`],
        `${word}=${folder}/outputs`,
        join(folder, 'code'),
      ])
    }),
    { numRuns: 40 },
  )
})

test('run.sh wants the secrets of its step, and says which one is missing', () => {
  const script = pulledScript({ root: '/r', what: 'x', command: ['true'], env: {}, secrets: ['TOKEN_X'] })
  expect(() => execFileSync('sh', ['-c', script, join(folder, 'run.sh')], { stdio: 'pipe' })).toThrow(
    /TOKEN_X: is a secret of the step: export it/,
  )
})

test('variables are read by a shell as they are', () => {
  fc.assert(
    fc.property(text, (word) => {
      const script = `${variablesScript({ WORD: word })}printf '%s.' "$WORD"`
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${word}.`)
    }),
    { numRuns: 40 },
  )
})

test.each(['sh', 'bash'])('run.sh (%s) gives variables that a shell keeps for itself too', (shell) => {
  const root = mkdtempSync(join(tmpdir(), 'minisub-script-'))
  mkdirSync(join(root, 'code'))
  const command = ['/bin/sh', '-c', 'env | grep -E "^(UID|WORD)="']
  const options = { root: '/the-root', what: 'x', command, env: { UID: "5 '", WORD: 'w' }, secrets: [] }
  writeFileSync(join(root, 'run.sh'), pulledScript(options))
  const shown = execFileSync(shell, [join(root, 'run.sh')], { encoding: 'utf8' })
  rmSync(root, { recursive: true })
  expect(shown.trim().split('\n').toSorted()).toEqual(["UID=5 '", 'WORD=w'])
})
