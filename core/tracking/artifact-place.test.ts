import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBlobs } from '#core/store/index.ts'
import { artifactBelow, artifactRoot } from '#core/wire/index.ts'
import { openArtifacts } from './artifacts.ts'
import { trackingForTest } from './tracking-fixture.ts'

async function* bytes(): AsyncIterable<Uint8Array> {
  yield Buffer.from('content')
}

test.each([
  '',
  'mlflow-artifacts:/team',
  'mlflow-artifacts:/team/',
  'mlflow-artifacts://127.0.0.1:5000/team/a',
  'mlflow-artifacts:/',
])('a run of an experiment at %j can store files below its own URI', async (artifactLocation) => {
  const { home, tracking } = trackingForTest()
  const artifacts = openArtifacts({ ...tracking, blobs: openBlobs(join(home, 'blobs')) })
  const { id } = await tracking.writes.createExperiment({ name: 'e', artifactLocation })
  const { info } = await tracking.writes.createRun({ experimentId: id })
  const path = artifactBelow(artifactRoot(info.artifactUri), 'a.txt')
  await artifacts.put(path, bytes())
  expect(artifacts.get(path).size).toBe(7)
  if (artifactLocation.includes('team'))
    await expect(artifacts.put('other/a.txt', bytes())).rejects.toThrow('Invalid path')
})

test.each([
  'mlflow-artifacts:/a/../b',
  'mlflow-artifacts:/%2e%2e/b',
  'mlflow-artifacts://host/a\\b',
  'mlflow-artifacts:/a#b',
])('an experiment cannot have its files at %s', async (artifactLocation) => {
  const { tracking } = trackingForTest()
  await expect(tracking.writes.createExperiment({ name: 'e', artifactLocation })).rejects.toMatchObject({
    code: 'tracking_invalid',
    message: expect.stringContaining('Invalid path') as string,
  })
})

test('an experiment at the root of all lets nothing be put or removed in the place of the folders of others', async () => {
  const { home, tracking } = trackingForTest()
  const artifacts = openArtifacts({ ...tracking, blobs: openBlobs(join(home, 'blobs')) })
  await tracking.writes.createExperiment({ name: 'e', artifactLocation: 'mlflow-artifacts:/' })
  await artifacts.put('0/run/artifacts/a', bytes())
  await expect(artifacts.put('7', bytes())).rejects.toThrow('Invalid path')
  await expect(artifacts.remove('0')).rejects.toThrow('Invalid path')
  await expect(artifacts.remove('')).rejects.toThrow('Invalid path')
  expect(artifacts.usage('')).toEqual({ files: 1, bytes: 7 })
})
