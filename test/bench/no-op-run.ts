import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobs, openStore } from '#core/store/index.ts'
import { bindPlan } from '#core/pipelines/bind.ts'
import { NOTHING, type Executor } from '#core/pipelines/executor.ts'
import { finalOutputs } from '#core/pipelines/final-outputs.ts'
import { createLookup } from '#core/pipelines/lookup.ts'
import { RunLoop } from '#core/pipelines/run-loop.ts'
import { initialState } from '#core/pipelines/run-state.ts'
import { RunStore } from '#core/pipelines/run-store.ts'
import { validateDocument } from '#core/pipelines/validate.ts'

/** Every attempt succeeds at once, with nothing done. */
const NO_OP: Executor = {
  execute(_task, report) {
    const now = Date.now()
    report.started(now, [])
    report.finished({ ...NOTHING, outcome: 'succeeded', finishedAt: now, exitCode: 0 })
  },
  adopt: (_task, report) => report.absent(),
  stop: () => undefined,
  release: () => undefined,
  detach: () => undefined,
  sweep: () => Promise.resolve(),
}

/** Runs a fan-out of `count` steps on the no-op executor, events in SQLite. Returns seconds. */
export async function runNoOpFanOut(count: number): Promise<{ seconds: number; events: number }> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-bench-'))
  try {
    using opened = openStore(home)
    const store = new RunStore(opened)
    const text = `
apiVersion: mini-submarine/v1
kind: Pipeline
metadata: {name: wide}
spec:
  parameters: {items: {type: list, items: integer}}
  steps:
    each: {forEach: {i: "\${{ parameters.items }}"}, command: [/bin/true, "\${{ each.i }}"]}
    last: {needs: [each], command: [/bin/true]}
`
    const validation = validateDocument(text)
    if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
    const items = Array.from({ length: count }, (_, i) => i)
    const began = performance.now()
    const state = initialState(bindPlan(validation.plan, { items }))
    const facts = { environments: {}, code: {}, files: {} }
    await new Promise<void>((done) => {
      new RunLoop({
        run: 'bench',
        state,
        facts,
        parallelism: 32,
        writeCache: true,
        executor: NO_OP,
        now: Date.now,
        write: (batch) => store.write(batch),
        publish: () => undefined,
        lookUp: createLookup({
          store,
          blobs: openBlobs(join(home, 'blobs')),
          remote: { add: () => undefined, forget: () => undefined, find: () => undefined, stores: () => [] },
          stores: [],
          cache: true,
          resumes: null,
        }),
        outputs: (final) => finalOutputs('bench', final),
        onError: (error) => {
          throw error
        },
        onEnd: () => done(),
      }).begin()
    })
    const seconds = (performance.now() - began) / 1000
    if (state.status !== 'succeeded') throw new Error(`the run ${state.status}`)
    return { seconds, events: state.seq }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  const count = Number(process.argv[2] ?? 100_000)
  const { seconds, events } = await runNoOpFanOut(count)
  const peak = process.resourceUsage().maxRSS / 1024
  console.log(JSON.stringify({ count, seconds, events, peakMb: peak }))
}
