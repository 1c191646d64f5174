import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StepFailure } from '#core/contract/failures.ts'
import { openEngine, sh, stepOf, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const runOf = async (step: object, request = {}) =>
  engine.run(await engine.pipeline({ steps: { a: step } }), { cache: false, ...request })
const why = (run: string, item: number | null = null, attempt?: number): Promise<StepFailure> =>
  engine.service.explain({ run, step: 'a', item }, attempt)
const explained = async (step: object) => (await why((await runOf(step)).id)).explanation
const python = (file: string) => ({ command: ['python3', file] })

describe('a program in Python', () => {
  test('that lacks a module is told which package brings it, and by which line of it', async () => {
    await engine.write('lib/rows.py', 'import cv2_of_nobody as cv2\n')
    await engine.write('import.py', 'print("begins")\nimport sys\nsys.path.append("lib")\nimport rows\n')
    const found = await explained(python('import.py'))
    expect(found).toMatchObject({
      id: 'module-missing',
      sentence: 'The environment of the step has no module cv2_of_nobody.',
      quote: "ModuleNotFoundError: No module named 'cv2_of_nobody'",
    })
    expect(found?.cause).toContain('imported by lib/rows.py, line 1,')
    expect(found?.fix).toContain('Add cv2-of-nobody to the packages')
  })

  test('that raises is told what, where in its own files, and in which line of the log', async () => {
    await engine.write(
      'raise.py',
      'import json\n\n\ndef load():\n    return json.loads([])\n\n\nprint("one")\nload()\n',
    )
    const view = await runOf(python('raise.py'))
    const { attempt, explanation } = await why(view.id)
    expect([attempt, explanation?.id]).toEqual([1, 'python-exception'])
    expect(explanation?.sentence).toMatch(/^The program ended with TypeError: the JSON object must be str, bytes/)
    expect(explanation?.cause).toBe('It was raised by raise.py, line 5, in load. The line is: return json.loads([])')
    const lines = await engine.log(view.id, 'a')
    expect(lines[(explanation?.logLine ?? 0) - 1]).toBe(explanation?.quote)
  })

  test.each([
    ['variable-missing', 'import os\nos.environ["API_TOKEN_OF_NOBODY"]\n', 'API_TOKEN_OF_NOBODY'],
    ['python-syntax', 'x = = 1\n', 'syntax.py, line 1'],
    ['file-missing', 'open("data/rows.csv")\n', 'opens data/rows.csv'],
    ['laptop-path', 'open("/home/somebody-else/rows.csv")\n', '/home/somebody-else/rows.csv'],
    ['input-not-declared', 'import os\nopen(os.environ["MINISUB_INPUTS"] + "/rows")\n', 'no input rows'],
    ['not-json', 'import json\njson.loads("")\n', 'reads as JSON'],
    ['not-utf8', 'b"\\xff".decode()\n', 'utf-8'],
    ['program-missing', 'import subprocess\nsubprocess.run(["ffmpeg-of-nobody"])\n', 'starts ffmpeg-of-nobody'],
    ['wrong-arguments', 'import argparse\nargparse.ArgumentParser().parse_args(["--detph"])\n', '--detph'],
    ['name-lookup', 'import socket\nsocket.create_connection(("data.invalid", 1))\n', 'could not be looked up'],
    ['memory-error', 'x = bytearray(2 ** 62)\n', 'no memory'],
  ])('is explained: %s', async (id, text, says) => {
    await engine.write('syntax.py', text)
    const found = await explained(python('syntax.py'))
    expect(found?.id).toBe(id)
    expect(`${found?.sentence} ${found?.cause}`).toContain(says)
  })

  test('that has caught an exception and ends by a code of its own is not explained by it', async () => {
    const text = 'import sys, traceback\ntry:\n  open("x")\nexcept OSError:\n  traceback.print_exc()\n'
    await engine.write('caught.py', `${text}for i in range(60): print("row", i, file=sys.stderr)\nsys.exit(3)\n`)
    expect(await why((await runOf(python('caught.py'))).id)).toEqual({ attempt: 1, explanation: null })
  })
})

describe('a command', () => {
  test.each([
    ['command-missing', { command: ['pyhton-of-nobody', 'x.py'] }],
    ['command-missing-inside', sh('pyhton-of-nobody x.py')],
    ['not-executable', sh('printf "echo" > tool; ./tool')],
    ['permission-denied', sh('mkdir closed; chmod 000 closed; exec cat closed/x')],
    ['script-missing', python('none.py')],
    ['git-repository-missing', sh('GIT_DIR=none git status')],
    ['output-missing', sh('exit 0', { outputs: { model: { type: 'file' } } })],
    ['output-invalid', sh('echo many > "$MINISUB_OUTPUTS/n"', { outputs: { n: { type: 'number' } } })],
    ['output-not-utf8', sh('printf "\\377" > "$MINISUB_OUTPUTS/n"', { outputs: { n: { type: 'string' } } })],
    ['timeout', sh('exec sleep 30', { timeout: '500ms' })],
    ['killed', sh('kill -9 $$')],
    ['segmentation-fault', sh('kill -11 $$')],
    ['terminated', sh('kill -15 $$')],
  ])('is explained: %s', async (id, step) => {
    // Root may do what nobody else may.
    if (id === 'permission-denied' && process.getuid?.() === 0) return
    expect((await explained(step))?.id).toBe(id)
  })

  test('that fails with a code of its own, or does well, or was not run, is not', async () => {
    expect(await why((await runOf(sh('echo no; exit 3'))).id)).toEqual({ attempt: 1, explanation: null })
    expect(await why((await runOf(sh('exit 0'))).id)).toEqual({ attempt: null, explanation: null })
    const view = await engine.run(
      await engine.pipeline({ steps: { b: sh('exit 3'), a: { ...sh('exit 0'), needs: ['b'] } } }),
    )
    expect(stepOf(view, 'a').status).toBe('skipped')
    expect(await why(view.id)).toEqual({ attempt: null, explanation: null })
  })
})

test('each attempt has its own explanation; the latest is asked where none is named', async () => {
  const step = sh('test "$MINISUB_ATTEMPT" = 2 && exit 3; pyhton-of-nobody', { retry: { limit: 1 } })
  const view = await runOf(step)
  expect(await why(view.id)).toEqual({ attempt: 2, explanation: null })
  expect((await why(view.id, null, 1)).explanation).toMatchObject({ id: 'command-missing-inside', logLine: 1 })
  await expect(why(view.id, null, 3)).rejects.toMatchObject({ code: 'not_found' })
})

test('an item of a fan-out is explained, the fan-out as a whole is not', async () => {
  const view = await runOf(sh('pyhton-of-nobody', { forEach: { i: [0, 1] } }))
  expect((await why(view.id, 1)).explanation?.id).toBe('command-missing-inside')
  expect(await why(view.id)).toEqual({ attempt: null, explanation: null })
})

test('lines are counted from the beginning of a long log, of which the end is looked through', async () => {
  const view = await runOf(sh('seq 200000; echo "no room" >&2; pyhton-of-nobody'))
  const { explanation } = await why(view.id)
  expect(explanation?.id).toBe('command-missing-inside')
  const lines = await engine.log(view.id, 'a')
  expect(lines.length).toBe(200_002)
  expect(lines[(explanation?.logLine ?? 0) - 1]).toBe(explanation?.quote)
})

test('a run of an earlier core is explained, also when its log is gone', async () => {
  const view = await runOf(sh('pyhton-of-nobody'))
  await engine.reopen()
  expect((await why(view.id)).explanation).toMatchObject({ id: 'command-missing-inside', logLine: 1 })
  const log = join(engine.home, 'runs', view.id, 'a.1-2', 'log.ndjson')
  const text = readFileSync(log, 'utf8')
  writeFileSync(log, '')
  expect((await why(view.id)).explanation).toMatchObject({ id: 'command-missing-somewhere', logLine: null })
  writeFileSync(log, text)
})
