import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createClient } from '#core/client/index.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { trackedStepId } from '#core/run-tracking/tracked-id.ts'
import { openTrackingCore, type TrackingCore } from '#test/support/tracking-core.ts'
import { until } from '#test/support/engine.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import { CALLS } from '#test/support/step-tracking.ts'

const LOGS = `
mlflow("runs/log-parameter", run_id=R, key="lr", value="0.1")
metric("loss", 0.5, 1); put("notes/a.txt", b"note")`
const py = (program: string, more: object = {}): object => ({
  command: ['python', '-c', CALLS + LOGS + program],
  ...more,
})
const STEPS = {
  good: py('\nprint("done"); open(os.environ["MINISUB_OUTPUTS"] + "/n", "w").write("3")', {
    outputs: { n: { type: 'integer' } },
  }),
  fails: py('\nsys.exit(3)'),
  killed: py('\nprint("waits", flush=True); time.sleep(600)'),
}

async function addLab(core: TrackingCore, name: string): Promise<void> {
  const client = createClient(core)
  await client.setSecret({ name: 'lab', key: 'access', value: lab.accessKey })
  await client.setSecret({ name: 'lab', key: 'secret', value: lab.secretKey })
  await client.addTarget({ name: 'lab', profile: labProfile(name) })
}

describeWithKubernetes('a whole core', () => {
  test.each(['docker', 'lab'])(
    'has all that steps tracked on %s, however they ended',
    { timeout: 180_000 },
    async (target) => {
      const folder = mkdtempSync(join(tmpdir(), 'minisub-tracked-core-'))
      await using core = await openTrackingCore()
      const client = createClient(core)
      if (target === 'lab') await addLab(core, folder.slice(-6).toLowerCase())
      const pipeline = (name: string, steps: object): string => {
        const file = join(folder, `${name}.json`)
        const head = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name } }
        writeFileSync(file, JSON.stringify({ ...head, spec: { steps } }))
        return file
      }
      const ask = async (path: string): Promise<Response> =>
        fetch(core.url + path, { headers: { authorization: `Bearer ${core.token}` } })
      const end = async (run: string) => {
        await until('it ended', async () => isFinalRun((await client.showRun({ run })).status))
        return client.showRun({ run })
      }
      const log = async (run: string, step: string): Promise<string[]> =>
        (await client.readLog({ run, step })).lines.map(({ text }) => text)

      const file = pipeline('all', STEPS)
      const { id } = await client.startRun({ file, target })
      await until('it waits', async () => (await log(id, 'killed').catch((): string[] => [])).includes('waits'))
      await until('the others ended', async () =>
        (await client.showRun({ run: id })).steps.every(
          ({ name, status }) => name === 'killed' || ['succeeded', 'failed'].includes(status),
        ),
      )
      await client.cancelRun({ run: id })
      await end(id)
      for (const [step, status] of [
        ['good', 'FINISHED'],
        ['fails', 'FAILED'],
        ['killed', 'KILLED'],
      ] as const) {
        const tracked = trackedStepId({ run: id, step, item: null })
        const read = async () => (await (await ask(`/api/2.0/mlflow/runs/get?run_id=${tracked}`)).json()) as never
        await expect.poll(read, { timeout: 20_000 }).toMatchObject({
          run: {
            info: { status },
            data: {
              metrics: expect.arrayContaining([
                expect.objectContaining({ key: 'loss', value: 0.5, step: 1 }),
              ]) as unknown,
              params: [{ key: 'lr', value: '0.1' }],
            },
          },
        })
        const path = `/get-artifact?run_id=${tracked}&path=notes/a.txt`
        await expect.poll(async () => (await ask(path)).text(), { timeout: 20_000 }).toBe('note')
      }
      expect(await log(id, 'good')).toEqual(['done'])
      expect(await log(id, 'fails')).toEqual([])
      const single = pipeline('all', { good: STEPS.good })
      const again = await end((await client.startRun({ file: single, target })).id)
      expect(again.steps.map(({ status, outputs }) => [status, outputs])).toEqual([['cached', { n: 3 }]])
      rmSync(folder, { recursive: true, force: true })
    },
  )
})
