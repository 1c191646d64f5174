import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PulledStep } from '#core/contract/pulled-step.ts'
import type { RunView } from '#core/contract/run.ts'
import { openEngine, problemOf, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'

const CHECK = `set -e
cat "$MINISUB_INPUTS/table" "$MINISUB_INPUTS/tree/a/b" "$MINISUB_INPUTS/count" "$MINISUB_INPUTS/parts/0" "$MINISUB_INPUTS/local"
echo "arg $1, word $WORD, item $MINISUB_ITEM"
sh check.sh "$1"
echo done > "$MINISUB_OUTPUTS/result"
`

/** A pipeline whose fan-out `check` reads everything that there is, and fails for the word "bad". */
const SPEC = {
  parameters: { word: { type: 'string', default: `it's {{x}} $(y) "z"` } },
  steps: {
    make: {
      ...sh(
        'printf "t\\n" > "$MINISUB_OUTPUTS/table"; mkdir -p "$MINISUB_OUTPUTS/tree/a"; printf "b\\n" > "$MINISUB_OUTPUTS/tree/a/b"; echo 3 > "$MINISUB_OUTPUTS/count"',
      ),
      outputs: { table: { type: 'file' }, tree: { type: 'folder' }, count: { type: 'integer' } },
    },
    part: {
      ...sh('echo "part $1" > "$MINISUB_OUTPUTS/part"', '${{ each.n }}'),
      forEach: { n: [1, 2] },
      outputs: { part: { type: 'file' } },
    },
    broken: sh('exit 7'),
    check: {
      ...sh(CHECK, '${{ each.kind }}'),
      needs: { broken: 'failed' },
      forEach: { kind: ['good', 'bad', 'ugly'] },
      env: { WORD: '${{ parameters.word }}' },
      inputs: {
        table: '${{ steps.make.outputs.table }}',
        tree: '${{ steps.make.outputs.tree }}',
        count: '${{ steps.make.outputs.count }}',
        parts: '${{ steps.part.outputs.part }}',
        local: { file: 'local.txt' },
      },
      outputs: { result: { type: 'file' } },
      retry: { limit: 1 },
    },
    after: { ...sh('cat "$MINISUB_INPUTS/r/1"'), inputs: { r: '${{ steps.check.outputs.result }}' } },
    aside: sh('true'),
  },
}

const SCRIPT = 'if [ "$1" = bad ]; then echo "ValueError: $1" >&2; exit 3; fi\n'

describe('a failed step of a run', () => {
  let engine: Engine
  let view: RunView
  let pulled: PulledStep
  const bad = () => ({ run: view.id, step: 'check', item: 1 })
  beforeAll(async () => {
    engine = await openEngine()
    await engine.write('check.sh', SCRIPT)
    await engine.write('local.txt', 'local\n')
    view = await engine.run(await engine.pipeline(SPEC, 'pulled'))
    pulled = await engine.service.pullStep(bad(), {})
  })
  afterAll(() => engine[Symbol.asyncDispose]())

  test('is brought with exactly what it had', () => {
    const { folder, facts } = pulled
    expect(folder).toBe(join(engine.home, 'pulled', view.id, 'check-1-2'))
    const names = ['.gitignore', 'code', 'home', 'inputs', 'log.txt', 'outputs', 'run.sh', 'step.json']
    expect(readdirSync(folder).toSorted()).toEqual(names)
    expect(readFileSync(join(folder, 'code', 'check.sh'), 'utf8')).toBe(SCRIPT)
    const texts = ['table', 'tree/a/b', 'count', 'parts/0', 'parts/1', 'local'].map((path) =>
      readFileSync(join(folder, 'inputs', path), 'utf8'),
    )
    expect(texts).toEqual(['t\n', 'b\n', '3', 'part 1\n', 'part 2\n', 'local\n'])
    expect(readdirSync(join(folder, 'outputs'))).toEqual([])
    expect(readFileSync(join(folder, 'log.txt'), 'utf8')).toContain('ValueError: bad\n')
    expect(JSON.parse(readFileSync(join(folder, 'step.json'), 'utf8'))).toEqual(facts)
    expect(facts).toMatchObject({
      item: { index: 1, values: { kind: 'bad' } },
      attempt: 2,
      end: { outcome: 'failed', exitCode: 3, lastLine: 'ValueError: bad' },
      env: { WORD: SPEC.parameters.word.default },
      stepKey: stepOf(view, 'check', 1).stepKey,
      image: null,
    })
    expect(facts.command.slice(-2)).toEqual(['sh', 'bad'])
    expect(facts.inputs.map(({ name, from, kind }) => [name, from, kind])).toEqual([
      ['table', 'steps.make.outputs.table', 'file'],
      ['tree', 'steps.make.outputs.tree', 'folder'],
      ['count', 'steps.make.outputs.count', 'value'],
      ['parts', 'steps.part.outputs.part', 'list'],
      ['local', 'local.txt', 'file'],
    ])
  })

  test('fails by run.sh as it did, as often as it is called', () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const { status, stdout, stderr } = spawnSync(join(pulled.folder, 'run.sh'), { encoding: 'utf8' })
      expect([status, stderr]).toEqual([3, 'ValueError: bad\n'])
      expect(stdout + stderr).toBe(readFileSync(join(pulled.folder, 'log.txt'), 'utf8'))
    }
  })

  test('is there already the second time, and made anew on demand', async () => {
    writeFileSync(join(pulled.folder, 'code', 'more.txt'), '')
    expect(await engine.service.pullStep(bad(), {})).toMatchObject({ isNew: false, facts: pulled.facts })
    mkdirSync(join(engine.home, 'pulled', view.id, '.check-1-2.killed.part'))
    expect(await engine.service.pullStep(bad(), { force: true })).toMatchObject({ isNew: true })
    expect(readdirSync(join(engine.home, 'pulled', view.id))).toEqual(['check-1-2'])
    expect(existsSync(join(pulled.folder, 'code', 'more.txt'))).toBe(false)
  })

  test('is done again as a run that plays it alone, and fails in the same way with the same key', async () => {
    const { run } = await engine.service.rerunStep(bad(), {})
    const again = await engine.end(run.id)
    expect(statusesOf(again)).toEqual({
      make: 'cached',
      'part[0]': 'cached',
      'part[1]': 'cached',
      broken: 'failed',
      'check[0]': 'skipped',
      'check[1]': 'failed',
      'check[2]': 'skipped',
      after: 'skipped',
      aside: 'skipped',
    })
    expect(stepOf(again, 'after').reason).toBe('only check[1] was asked for')
    expect(stepOf(again, 'check', 1).attempts).toBe(1)
    expect(await engine.service.rerunReport(run.id)).toMatchObject({
      verdict: 'same',
      sentence: 'fails the same way: exit 3, ValueError: bad',
      key: { isEqual: true, there: pulled.facts.stepKey, here: pulled.facts.stepKey, differs: [] },
    })
    const graph = engine.service.graph(run.id)
    expect(graph.steps.find(({ name }) => name === 'check')).toMatchObject({ counts: { skipped: 2, failed: 1 } })
  })

  test('with an item that succeeded there is computed again, and succeeds', async () => {
    const { run } = await engine.service.rerunStep({ ...bad(), item: 0 }, {})
    const again = await engine.end(run.id)
    expect(statusesOf(again)).toMatchObject({ 'check[0]': 'succeeded', 'check[1]': 'skipped' })
    expect(await engine.service.rerunReport(run.id)).toMatchObject({
      verdict: 'same',
      sentence: 'succeeds here as there',
    })
  })

  test('is mended here, and the mended code resumes the run', async () => {
    expect(await engine.service.pulledChanges(bad(), {})).toMatchObject({ changes: [] })
    const fixed = 'echo "checked $1"\n'
    writeFileSync(join(pulled.folder, 'code', 'check.sh'), fixed)
    writeFileSync(join(pulled.folder, 'code', 'new.txt'), 'new\n')
    expect(spawnSync(join(pulled.folder, 'run.sh')).status).toBe(0)
    const changes = [
      { path: 'check.sh', change: 'changed' },
      { path: 'new.txt', change: 'added' },
    ]
    expect(await engine.service.pulledChanges(bad(), {})).toMatchObject({ changes })

    await engine.write('check.sh', 'echo other\n')
    const refused = await problemOf(engine.service.applyPulled(bad(), {}))
    expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('check.sh was changed since') })
    expect(existsSync(join(engine.folder, 'new.txt'))).toBe(false)

    await engine.write('check.sh', SCRIPT)
    expect(await engine.service.applyPulled(bad(), {})).toEqual({
      folder: engine.folder,
      applied: changes,
      run: view.id,
    })
    expect(readFileSync(join(engine.folder, 'check.sh'), 'utf8')).toBe(fixed)
    const resumed = await engine.resume(view.id, true)
    expect(statusesOf(resumed)).toMatchObject({ 'check[1]': 'succeeded', after: 'succeeded' })
  })

  test('cannot be pulled where it never began, and it is said why', async () => {
    expect(await problemOf(engine.service.pullStep({ ...bad(), step: 'after', item: null }, {}))).toEqual({
      code: 'conflict',
      message: expect.stringMatching(
        /^after of run \S+ never began, it is skipped \(.*check.*\): pull a step that ran/,
      ),
    })
    expect(await problemOf(engine.service.pullStep({ ...bad(), item: null }, {}))).toMatchObject({
      code: 'invalid_request',
    })
    expect(await problemOf(engine.service.pullStep(bad(), { attempt: 9 }))).toMatchObject({ code: 'not_found' })
    expect(await problemOf(engine.service.rerunReport(view.id))).toMatchObject({ code: 'not_found' })
  })

  test('whose input is gone is not pulled, and it is said which one is missing', async () => {
    const of = { output: 'table' }
    const [file] = engine.service.artifactFiles({ run: view.id, step: 'make', item: null }, of.output)
    const bytes = await engine.text(view.id, 'make', of)
    engine.blobs.remove(file?.sha256 ?? '')
    const wanted = {
      code: 'artifact_missing',
      message: expect.stringMatching(/^the input table \(steps.make.outputs.table\) is no longer/),
    }
    const other = join(engine.root, 'other')
    expect(await problemOf(engine.service.pullStep(bad(), { into: other }))).toEqual(wanted)
    expect(await problemOf(engine.service.rerunStep(bad(), {}))).toEqual(wanted)
    expect(existsSync(other)).toBe(false)
    engine.blobs.putBytes(Buffer.from(bytes))
    expect(await engine.service.pullStep(bad(), { into: other })).toMatchObject({ folder: other, isNew: true })
  })

  test('goes to no folder that is another one', async () => {
    expect(await problemOf(engine.service.pullStep(bad(), { into: engine.folder }))).toMatchObject({ code: 'conflict' })
    const other = { ...bad(), item: 0 }
    expect(await problemOf(engine.service.pullStep(other, { into: pulled.folder, force: true }))).toMatchObject({
      code: 'conflict',
    })
  })
})
