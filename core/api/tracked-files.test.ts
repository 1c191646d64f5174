import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trackingServer } from './tracking-fixture.ts'

const server = trackingServer()
const problem = (code: string, words = '') => ({ code, message: expect.stringContaining(words) })

test('files of a run are listed by folder and read in whole or by a range, as a download', async () => {
  const run = await server.run()
  await server.put(`${run}/artifacts/plots/loss.svg`, '<svg onload="alert(1)"/>')
  await server.put(`${run}/artifacts/model.txt`, 'weights')
  expect(await server.client.listTrackedFiles({ run })).toEqual({
    files: [
      { path: 'model.txt', isFolder: false, size: 7 },
      { path: 'plots', isFolder: true, size: null },
    ],
  })
  const { files } = await server.client.listTrackedFiles({ run, path: 'plots' })
  expect(files).toEqual([{ path: 'plots/loss.svg', isFolder: false, size: 24 }])
  const at = (path: string) => `/api/v1/tracking/runs/${run}/file?path=${encodeURIComponent(path)}`
  const whole = await server.fixture.fetch(at('plots/loss.svg'))
  expect(whole.headers.get('content-disposition')).toMatch(/^attachment/)
  expect(whole.headers.get('content-type')).toBe('application/octet-stream')
  expect(await whole.text()).toContain('onload')
  const part = await server.fixture.fetch(at('model.txt'), { headers: { Range: 'bytes=2-4' } })
  expect([part.status, await part.text()]).toEqual([206, 'igh'])
  expect((await server.fixture.fetch(at('model.txt'), { headers: { Range: 'bytes=90-' } })).status).toBe(416)
  for (const path of ['../../1/x', 'a/%2e%2e/b', 'C:/x', 'a\\b']) {
    const refused = await server.fixture.fetch(at(path))
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'tracking_invalid' }])
  }
  expect((await server.fixture.fetch(at('plots'))).status).toBe(404)
  const { sha256 } = server.fixture.tracked.file(run, 'model.txt')
  rmSync(join(server.fixture.home, 'blobs', sha256.slice(0, 2), sha256))
  expect(await (await server.fixture.fetch(at('model.txt'))).json()).toMatchObject({ code: 'artifact_missing' })
})

test('files of a run that lie in another store are refused in words', async () => {
  const { writes } = server.fixture.tracking
  const { id } = await writes.createExperiment({ name: 'in a bucket', artifactLocation: 's3://bucket/mlflow' })
  const run = await server.run({ experiment: id })
  await expect(server.client.listTrackedFiles({ run })).rejects.toMatchObject(
    problem('tracking_invalid', 's3://bucket'),
  )
})
