import { expect, test } from 'vitest'
import { API, openWire } from './wire-fixture.ts'

test('models that are logged at once all stand in the history of their run', async () => {
  await using wire = await openWire()
  const run_id = await wire.run()
  const model = (artifact_path: string) => ({ run_id, artifact_path, utc_time_created: 'now', flavors: {} })
  const models = ['a', 'b', 'c', 'd', 'e', 'f'].map(model)
  const answers = await Promise.all(
    models.map((one) => wire.ask('POST', `${API}/runs/log-model`, { run_id, model_json: JSON.stringify(one) })),
  )
  expect(answers).toEqual(models.map(() => ({ status: 200, body: {} })))
  const { tags } = wire.fixture.tracking.reads.run(run_id)
  const history = tags.find(({ key }) => key === 'mlflow.log-model.history')?.value ?? ''
  const kept = JSON.parse(history) as typeof models
  expect(kept.map(({ artifact_path }) => artifact_path).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})
