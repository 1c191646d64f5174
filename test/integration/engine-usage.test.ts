import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const DOCUMENT = `# how it is done
apiVersion: mini-submarine/v1
kind: Pipeline
metadata: {name: heavy}
spec:
  steps:
    # the step that works
    work:
      command: [sh, -c, "i=0; while [ $i -lt 1000000000 ]; do i=$((i+1)); done & sleep 2.5; kill $!"]   # half of a core
      resources:
        cpu: 8        # too many
        memory: 64Gi  # far too much
`

test('times of steps, what the engine added, and what was used of what was asked for', async () => {
  const view = await engine.run(
    await engine.pipeline({
      steps: {
        a: { ...sh('sleep 0.3'), resources: { cpu: 1, memory: '1Gi' } },
        b: { ...sh('sleep 0.2'), needs: ['a'], forEach: { i: [0, 1] } },
        c: { ...sh('exit 0'), needs: ['b'], when: '${{ false }}' },
      },
    }),
    { cache: false, parallelism: 1 },
  )
  const usage = await engine.service.runUsage(view.id)
  const [a, b, c] = usage.steps
  expect(usage).toMatchObject({ run: view.id, isOver: true })
  expect(usage.steps.map(({ name, attempts }) => [name, attempts])).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 0],
  ])
  expect(a).toMatchObject({ cpuAsked: 1, memoryAsked: 2 ** 30 })
  expect(a?.runMs).toBeGreaterThanOrEqual(300)
  expect(b?.runMs).toBeGreaterThanOrEqual(400)
  // One at a time: the second waited for the first.
  expect(b?.queueMs).toBeGreaterThanOrEqual(200)
  expect(c).toMatchObject({ queueMs: 0, startMs: 0, runMs: 0, collectMs: 0, cpuUsed: null, proposal: null })
  expect(usage.wallMs).toBeGreaterThanOrEqual(700)
  expect(usage.overheadMs).toBeGreaterThanOrEqual(0)
  expect(usage.overheadMs).toBeLessThanOrEqual(usage.wallMs - 700)
  expect(usage.runMs).toBe((a?.runMs ?? 0) + (b?.runMs ?? 0))
})

test('a run that goes on is shown as of now', async () => {
  const { id } = await engine.start(await engine.pipeline({ steps: { a: sh('exec sleep 30') } }), { cache: false })
  await expect.poll(async () => (await engine.service.runUsage(id)).runMs).toBeGreaterThan(0)
  expect(await engine.service.runUsage(id)).toMatchObject({ isOver: false, steps: [{ attempts: 1, collectMs: 0 }] })
  await engine.service.cancel(id)
  await engine.end(id)
})

describe('better requests', () => {
  test('are written into the document, of which nothing else changes, and only while it is the same', async () => {
    await engine.write('heavy.yaml', DOCUMENT)
    const file = join(engine.folder, 'heavy.yaml')
    chmodSync(file, 0o640)
    const link = join(engine.folder, 'link.yaml')
    symlinkSync('heavy.yaml', link)
    const view = await engine.run(link, { cache: false })
    const { proposal } = (await engine.service.runUsage(view.id)).steps[0] ?? {}
    const applied = await engine.service.applyUsage(view.id, undefined)
    expect(applied).toEqual({
      file: link,
      changed: [{ step: 'work', cpu: proposal?.cpu ?? null, memory: proposal?.memory ?? null }],
    })
    const [cpu, memory] = [proposal?.cpu ?? 8, proposal?.memory ?? '64Gi']
    expect(readFileSync(file, 'utf8')).toBe(
      DOCUMENT.replace('cpu: 8 ', `cpu: ${cpu} `).replace('memory: 64Gi', `memory: ${memory}`),
    )
    expect(statSync(file).mode & 0o777).toBe(0o640)
    await expect(engine.service.applyUsage(view.id, undefined)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('run it again') as unknown,
    })
    await expect(engine.service.applyUsage(view.id, ['wrok'])).rejects.toMatchObject({ code: 'not_found' })
    writeFileSync(file, 'no document')
    await expect(engine.service.applyUsage(view.id, undefined)).rejects.toMatchObject({
      code: expect.any(String) as unknown,
    })
  })

  test('are not taken from what failed: it may have ended before it needed much', async () => {
    const view = await engine.run(await engine.pipeline({ steps: { a: { ...sh('sleep 0.2; exit 3') } } }))
    const [a] = (await engine.service.runUsage(view.id)).steps
    expect([a?.attempts, a?.proposal]).toEqual([1, null])
  })

  test('that are none write nothing', async () => {
    const view = await engine.run(await engine.pipeline({ steps: { a: { command: ['true'], when: '${{ false }}' } } }))
    expect((await engine.service.applyUsage(view.id, undefined)).changed).toEqual([])
  })
})
