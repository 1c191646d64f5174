import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PulledStep } from '#core/contract/pulled-step.ts'
import type { RunView } from '#core/contract/run.ts'
import { openEngine, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'
import { openLab, WORKFLOWS } from '#test/support/lab-target.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'

const TRAIN = `import os, sys
root = os.environ["MINISUB_INPUTS"]
for path in ["table", "tree/a/tool", "count", "parts/0", "parts/1"]:
    print(path, open(f"{root}/{path}").read().strip())
if sys.argv[1] == "bad":
    raise ValueError(f"{sys.argv[1]} in item {os.environ['MINISUB_ITEM']}")
open(f"{os.environ['MINISUB_OUTPUTS']}/model", "w").write("model")
`

const INPUTS = {
  table: '${{ steps.make.outputs.table }}',
  tree: '${{ steps.make.outputs.tree }}',
  count: '${{ steps.make.outputs.count }}',
  parts: '${{ steps.part.outputs.part }}',
}

const SPEC = (image: string): object => ({
  environments: { own: { image }, py: { python: '>=3.9' } },
  steps: {
    make: {
      ...sh(
        `printf 'a\\0b\\n' > "$MINISUB_OUTPUTS/table"; mkdir -p "$MINISUB_OUTPUTS/tree/a"; echo tool > "$MINISUB_OUTPUTS/tree/a/tool"
         chmod +x "$MINISUB_OUTPUTS/tree/a/tool"; echo 3 > "$MINISUB_OUTPUTS/count"`,
      ),
      files: ['train.py'],
      outputs: { table: { type: 'file' }, tree: { type: 'folder' }, count: { type: 'integer' } },
    },
    part: {
      ...sh('echo "part $1" > "$MINISUB_OUTPUTS/part"', '${{ each.n }}'),
      files: ['train.py'],
      forEach: { n: [1, 2] },
      outputs: { part: { type: 'file' } },
    },
    train: {
      environment: 'py',
      command: ['python3', 'train.py', '${{ each.kind }}'],
      files: ['train.py'],
      forEach: { kind: ['good', 'bad'] },
      inputs: INPUTS,
      outputs: { model: { type: 'file' } },
    },
    check: {
      environment: 'own',
      ...sh('sh check.sh "$(cat "$1")" > "$MINISUB_OUTPUTS/seen"', '${{ inputs.table.path }}'),
      files: ['check.sh'],
      inputs: { table: '${{ steps.make.outputs.table }}' },
      outputs: { seen: { type: 'file' } },
    },
    after: { ...sh('cat "$MINISUB_INPUTS/s"'), files: ['check.sh'], inputs: { s: '${{ steps.check.outputs.seen }}' } },
  },
})

function imageIn(workflow: unknown): string {
  return /"(localhost:\d+\/[^"]*minisub-env[^"]*)"/.exec(JSON.stringify(workflow))?.[1] ?? ''
}

describeWithKubernetes('a step that failed on a cluster', () => {
  let engine: Engine
  let view: RunView
  const bad = () => ({ run: view.id, step: 'train', item: 1 })
  const check = () => ({ run: view.id, step: 'check', item: null })
  beforeAll(async () => {
    engine = await openEngine({ target: 'lab' })
    await using lab = openLab()
    const { id } = await engine.run(await engine.pipeline({ steps: { a: sh('true') } }, 'layered'), { cache: false })
    await engine.write('train.py', TRAIN)
    await engine.write('check.sh', 'echo "AssertionError: ${#1}" >&2; exit 4\n')
    const file = await engine.pipeline(SPEC(imageIn(await lab.get(WORKFLOWS, id))), 'pulled-there')
    view = await engine.run(file, { cache: false })
  })
  afterAll(() => engine[Symbol.asyncDispose]())

  test('is brought here byte for byte', async () => {
    expect(statusesOf(view)).toMatchObject({
      'train[0]': 'succeeded',
      'train[1]': 'failed',
      check: 'failed',
      after: 'skipped',
    })
    const { folder, facts } = await engine.service.pullStep(bad(), {})
    const at = (path: string): string => readFileSync(join(folder, path), 'utf8')
    expect(['table', 'tree/a/tool', 'count', 'parts/0', 'parts/1'].map((path) => at(join('inputs', path)))).toEqual([
      'a\0b\n',
      'tool\n',
      '3',
      'part 1\n',
      'part 2\n',
    ])
    expect(statSync(join(folder, 'inputs/tree/a/tool')).mode & 0o777).toBe(0o555)
    expect(at('code/train.py')).toBe(TRAIN)
    expect(at('log.txt')).toContain('ValueError: bad in item 1')
    expect(facts).toMatchObject({
      target: 'lab',
      end: { outcome: 'failed', exitCode: 1, lastLine: 'ValueError: bad in item 1' },
      image: { reference: expect.stringMatching(/^localhost:\d+\/.*@sha256:/), platform: 'linux/amd64' },
      environment: { name: 'py', kind: 'python' },
    })
    expect(facts.image?.reference).toContain(facts.image?.digest)
  })

  test.each([
    ['of a Python environment', bad, 'fails the same way: exit 1, ValueError: bad in item 1'],
    ['of an image', check, 'fails the same way: exit 4, AssertionError: '],
  ])('%s fails in the same way in Docker, in the same image, with the same key', async (_name, address, sentence) => {
    const { run, notes } = await engine.service.rerunStep(address(), {})
    expect([run.target, notes]).toEqual(['docker', []])
    const again = await engine.end(run.id)
    expect(statusesOf(again)).toMatchObject({ make: 'cached', after: 'skipped' })
    const report = await engine.service.rerunReport(run.id)
    expect(report).toMatchObject({
      verdict: 'same',
      sentence: expect.stringContaining(sentence),
      key: { isEqual: true },
    })
  })

  test('of a Python environment fails in the same way as a process too', async () => {
    const { run, notes } = await engine.service.rerunStep(bad(), { target: 'process' })
    expect(notes).toEqual([expect.stringMatching(/^it ran in an image there and is a process of this machine here/)])
    await engine.end(run.id)
    expect(await engine.service.rerunReport(run.id)).toMatchObject({ verdict: 'same', key: { isEqual: true } })
  })

  test('runs in the image of there from its folder, at the place of there', async () => {
    const { folder, shell } = await engine.service.pullStep(bad(), { shell: 'docker' })
    if (shell?.image === null || shell === null) throw new Error('there is no image')
    const args = ['run', '--rm', '-v', `${folder}:/mini-submarine`, '--entrypoint', 'sh', shell.image.id]
    const ran = (): string =>
      execFileSync('docker', [...args, '-c', '/mini-submarine/run.sh 2>&1 || true'], { encoding: 'utf8' })
    expect(ran()).toContain('ValueError: bad in item 1')
  })

  test('is mended here, and the run goes on there: only what changed and what reads it is computed', async () => {
    const pulled: PulledStep = await engine.service.pullStep(check(), {})
    writeFileSync(join(pulled.folder, 'code/check.sh'), 'echo "fine"\n')
    await engine.service.applyPulled(check(), {})
    const resumed = await engine.resume(view.id, true)
    expect(resumed.target).toBe('lab')
    expect(statusesOf(resumed)).toEqual({
      make: 'cached',
      'part[0]': 'cached',
      'part[1]': 'cached',
      'train[0]': 'cached',
      'train[1]': 'failed',
      check: 'succeeded',
      after: 'succeeded',
    })
    expect(await engine.log(resumed.id, 'after')).toEqual(['fine'])
    expect(stepOf(resumed, 'train', 1).stepKey).toBe(stepOf(view, 'train', 1).stepKey)
    const began = engine.events(resumed.id).flatMap((event) => (event.kind === 'attempt.created' ? [event.step] : []))
    expect(new Set(began)).toEqual(new Set(['train', 'check', 'after']))
  })
})
