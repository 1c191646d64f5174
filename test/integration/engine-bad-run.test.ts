import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

/** How a step `a` ended: the Problem's code and its sentence; nothing of it is kept, and its reader is skipped. */
async function endOf(
  step: object,
  outputs: Record<string, object> = {},
): Promise<{ code: string | null; reason: string }> {
  const readers = Object.keys(outputs)
    .slice(0, 1)
    .map((name) => ['b', sh('exit 0', { inputs: { it: `\${{ steps.a.outputs.${name} }}` } })])
  const file = await engine.pipeline({ steps: { a: { ...step, outputs }, ...Object.fromEntries(readers) } })
  const view = await engine.run(file)
  expect(statusesOf(view)).toEqual({ a: 'failed', ...(readers.length > 0 ? { b: 'skipped' } : {}) })
  expect(engine.service.artifacts(view.id)).toEqual([])
  expect(engine.errors).toEqual([])
  const finished = engine.events(view.id).find((event) => event.kind === 'attempt.finished')
  return { code: finished?.kind === 'attempt.finished' ? finished.code : null, reason: stepOf(view, 'a').reason ?? '' }
}
const o = '"$MINISUB_OUTPUTS"'

describe('a step fails with a sentence that names cause and fix', () => {
  test('when its command is not found or cannot be executed', async () => {
    await engine.write('not-executable', '#!/bin/sh\n')
    expect(await endOf({ command: ['no-such-program', 'x'] })).toEqual({
      code: 'command_not_found',
      reason: '"no-such-program" is in no folder of PATH: install it, or write the path of the program',
    })
    expect(await endOf({ command: ['./missing.sh'] })).toEqual({
      code: 'command_not_found',
      reason: '"./missing.sh" does not exist: correct the path, which counts from the folder of the code',
    })
    expect((await endOf({ command: ['./not-executable'] })).reason).toContain('set its mode with chmod +x')
  })

  test('when an output is missing, although the command ended well', async () => {
    expect(await endOf(sh('exit 0'), { f: { type: 'file' } })).toEqual({
      code: 'output_missing',
      reason: 'the step ended without output "f": write the file to $MINISUB_OUTPUTS/f',
    })
    expect((await endOf(sh(`rm -r ${o}`), { f: { type: 'file' } })).code).toBe('output_missing')
  })

  test.each([
    [
      'a file instead of a folder',
      { type: 'folder' },
      `echo x > ${o}/x`,
      'output_invalid',
      'expected a folder, found a file',
    ],
    [
      'a folder instead of a file',
      { type: 'file' },
      `mkdir ${o}/x`,
      'output_invalid',
      'expected a file, found a folder',
    ],
    ['a text instead of a number', { type: 'number' }, `echo x > ${o}/x`, 'output_invalid', 'expected JSON, found'],
    [
      'a fraction instead of an integer',
      { type: 'integer' },
      `echo 1.5 > ${o}/x`,
      'output_invalid',
      'expected an integer, found 1.5',
    ],
    [
      'an integer that a double cannot hold',
      { type: 'integer' },
      `echo 9007199254740993 > ${o}/x`,
      'output_invalid',
      'within ±(2^53−1)',
    ],
    ['NaN', { type: 'number' }, `echo NaN > ${o}/x`, 'output_invalid', 'expected JSON'],
    ['nothing', { type: 'list' }, `: > ${o}/x`, 'output_invalid', 'expected JSON'],
    [
      'a value out of its bounds',
      { type: 'number', maximum: 1 },
      `echo 2 > ${o}/x`,
      'output_invalid',
      'expected at most 1, found 2',
    ],
    ['other bytes than UTF-8', { type: 'string' }, `printf '\\377' > ${o}/x`, 'output_invalid', 'expected UTF-8'],
    [
      'a value of more than 32 KiB',
      { type: 'string' },
      `head -c 32769 /dev/zero | tr '\\0' a > ${o}/x`,
      'output_too_large',
      'declare it as {type: file}',
    ],
    ['a symbolic link', { type: 'file' }, `ln -s /etc/passwd ${o}/x`, 'output_symlink', 'write the file itself'],
    [
      'a folder with a symbolic link',
      { type: 'folder' },
      `mkdir -p ${o}/x/y; ln -s ../z ${o}/x/y/l`,
      'output_symlink',
      'y/l',
    ],
    ['a named pipe', { type: 'file' }, `mkfifo ${o}/x`, 'output_invalid', 'expected a file'],
    ['a folder with a named pipe', { type: 'folder' }, `mkdir ${o}/x; mkfifo ${o}/x/p`, 'output_invalid', 'p'],
  ])('when it writes %s', async (_what, declaration, script, code, words) => {
    const end = await endOf(sh(script), { x: declaration })
    expect(end.code).toBe(code)
    expect(end.reason).toContain(words)
    expect(end.reason).toContain('"x"')
  })

  test('all faults of its outputs at once', async () => {
    const { reason } = await endOf(sh('exit 0'), { p: { type: 'file' }, q: { type: 'integer' }, r: { type: 'folder' } })
    expect(reason.match(/ended without output/g)).toHaveLength(3)
  })

  test('with its exit code before all that is wrong with its outputs, and signals by name', async () => {
    expect(await endOf(sh('exit 7'), { f: { type: 'file' } })).toEqual({
      code: 'command_failed',
      reason: 'exit code 7',
    })
    expect((await endOf(sh('kill -SEGV $$'))).reason).toBe('ended by SIGSEGV (exit code 139)')
  })
})

describe('a value that is too large for an argument', () => {
  const values = {
    forEach: { i: [1, 2, 3, 4] },
    command: ['sh', '-c', `head -c 30000 /dev/zero | tr '\\0' "$1" > ${o}/x`, 'sh', '${{ each.i }}'],
    outputs: { x: { type: 'string' } },
  }

  test('fails the step in words, as argument and as variable; through inputs the same value is fine', async () => {
    const view = await engine.run(
      await engine.pipeline({
        steps: {
          give: values,
          as_argument: sh('exit 0', '${{ steps.give.outputs.x }}'),
          as_variable: sh('exit 0', { env: { BIG: '${{ steps.give.outputs.x }}' } }),
          as_file: {
            command: [
              process.execPath,
              '-e',
              'console.log(JSON.parse(require("fs").readFileSync(process.env.MINISUB_INPUTS + "/x")).map((it) => it.length + it[0]).join())',
            ],
            inputs: { x: '${{ steps.give.outputs.x }}' },
          },
        },
      }),
    )
    expect(stepOf(view, 'as_argument')).toMatchObject({
      status: 'failed',
      reason: 'argument 4 would be 118 KiB long, at most 96 KiB fit: read the value as a file through inputs',
    })
    expect(stepOf(view, 'as_variable').reason).toMatch(/^env BIG would be 118 KiB long/)
    expect(stepOf(view, 'as_file').status).toBe('succeeded')
    expect(await engine.log(view.id, 'as_file')).toEqual(['300001,300002,300003,300004'])
    const finished = engine.events(view.id).filter((it) => it.kind === 'attempt.finished' && it.outcome === 'failed')
    expect(finished.map((it) => it.kind === 'attempt.finished' && it.code)).toEqual([
      'value_too_large',
      'value_too_large',
    ])
  })

  test('of exactly 96 KiB is passed', async () => {
    const text = 'x'.repeat(96 * 1024)
    const spec = {
      parameters: { t: { type: 'string' } },
      steps: { a: sh('printf %s "$1" | wc -c', '${{ parameters.t }}') },
    }
    const file = await engine.pipeline(spec)
    const view = await engine.run(file, { parameters: { t: text } })
    expect((await engine.log(view.id, 'a')).join('').trim()).toBe(String(96 * 1024))
    expect(stepOf(await engine.run(file, { parameters: { t: `${text}x` } }), 'a').reason).toContain(
      'at most 96 KiB fit',
    )
  })

  test('many that are too large together are a Problem too', async () => {
    const spec = {
      parameters: { t: { type: 'string' } },
      steps: { a: { command: ['true', ...Array.from({ length: 60 }, () => '${{ parameters.t }}')] } },
    }
    const view = await engine.run(await engine.pipeline(spec), { parameters: { t: 'x'.repeat(90 * 1024) } })
    expect(stepOf(view, 'a').reason).toBe(
      'the command and its environment are larger than the system takes: pass long values in files',
    )
  })

  test('a NUL character, which no argument can hold', async () => {
    const spec = { parameters: { t: { type: 'string' } }, steps: { a: sh('exit 0', '${{ parameters.t }}') } }
    const view = await engine.run(await engine.pipeline(spec), { parameters: { t: 'a\0b' } })
    expect(stepOf(view, 'a').reason).toBe(
      'argument 4 holds a NUL character, which no argument can: read the value as a file through inputs',
    )
  })
})
