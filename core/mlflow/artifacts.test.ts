import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf, refusal, startArtifacts } from './artifact-fixture.ts'

type Server = Awaited<ReturnType<typeof startArtifacts>>
let server: Server
beforeEach(async () => {
  server = await startArtifacts()
})
afterEach(async () => {
  expect(server.faults).toEqual([])
  await server[Symbol.asyncDispose]()
})
const { ask, put, json } = clientOf(() => server.url)

const PROXY = '/api/2.0/mlflow-artifacts/artifacts'
const LARGE = randomBytes(3_000_001)

describe.each(['/api', '/ajax-api'])('below %s', (prefix) => {
  const proxy = `${prefix}/2.0/mlflow-artifacts/artifacts`

  test('what is put is got, listed and deleted', async () => {
    const path = `${proxy}/0/run/artifacts/model/data.bin`
    const sent = await ask(path, {
      method: 'PUT',
      body: LARGE,
      headers: { 'Content-Type': 'application/octet-stream' },
    })
    expect([sent.status, await sent.text()]).toEqual([200, '{}'])
    expect(Buffer.from(await (await ask(path)).arrayBuffer()).equals(LARGE)).toBe(true)
    const file = { path: 'data.bin', is_dir: false, file_size: LARGE.length }
    expect(await json(`${proxy}?path=0/run/artifacts/model`)).toEqual({ files: [file] })
    expect(await json(`${proxy}?path=0/run/artifacts`)).toEqual({ files: [{ path: 'model', is_dir: true }] })
    expect(await json(`${prefix}/2.0/mlflow/artifacts/list?run_id=run&path=model`)).toEqual({
      root_uri: 'mlflow-artifacts:/0/run/artifacts',
      files: [{ ...file, path: 'model/data.bin' }],
    })
    for (const _ of [1, 2]) {
      const deleted = await ask(path, { method: 'DELETE' })
      expect([deleted.status, await deleted.text()]).toEqual([200, '{}'])
    }
    expect(await refusal(ask(path))).toEqual([404, 'RESOURCE_DOES_NOT_EXIST', expect.any(String)])
    expect(await json(`${proxy}?path=0/run/artifacts`)).toEqual({})
  })

  test.each(['create', 'complete', 'abort'])('mpu/%s says what makes a client send one PUT', async (verb) => {
    const path = `${prefix}/2.0/mlflow-artifacts/mpu/${verb}/0/run/artifacts`
    const body = JSON.stringify({ path: 'a', num_parts: 2 })
    const init = { method: 'POST', body, headers: { 'Content-Type': 'application/json' } }
    const words = expect.stringMatching(/^Multipart upload is not supported for the current artifact repository/)
    expect(await refusal(ask(path, init))).toEqual([501, 'NOT_IMPLEMENTED', words])
  })
})

describe('pages', () => {
  test('download files of a run, of a logged model and of a version, by the paths that they list', async () => {
    await put('0/run/artifacts/a/b.txt', 'of the run')
    await put('0/models/m-1/artifacts/MLmodel', 'of the model')
    const text = async (path: string) => (await ask(path)).text()
    expect(await text('/get-artifact?run_uuid=run&path=a/b.txt')).toBe('of the run')
    expect(await text('/model-versions/get-artifact?name=model&version=1&path=MLmodel')).toBe('of the model')
    for (const prefix of ['/api', '/ajax-api']) {
      const model = `${prefix}/2.0/mlflow/logged-models/m-1/artifacts`
      expect(await text(`${model}/files?artifact_file_path=MLmodel`)).toBe('of the model')
      expect(await json(`${model}/directories`)).toEqual({
        root_uri: 'mlflow-artifacts:/0/models/m-1/artifacts',
        files: [{ path: 'MLmodel', is_dir: false, file_size: 12 }],
      })
      expect(await json(`${model}/directories?artifact_directory_path=none`)).not.toHaveProperty('files')
    }
  })

  test('upload up to 10 MB', async () => {
    const path = '/ajax-api/2.0/mlflow/upload-artifact?run_uuid=run&path=notes/a.txt'
    const full = new Uint8Array(10 * 1024 * 1024)
    const sent = await ask(path, { method: 'POST', body: full })
    expect([sent.status, await sent.text()]).toEqual([200, '{}'])
    expect(await json(`${PROXY}?path=0/run/artifacts/notes`)).toMatchObject({ files: [{ file_size: full.length }] })
    const chunked = new Blob([full, 'x']).stream()
    for (const body of [new Blob([full, 'x']), chunked]) {
      const words = 'Artifact size is too large. Max size is 10MB.'
      const init: RequestInit = { method: 'POST', body, duplex: 'half' }
      expect(await refusal(ask(path, init))).toEqual([400, 'INVALID_PARAMETER_VALUE', words])
    }
    const empty = await refusal(ask(path, { method: 'POST' }))
    expect(empty).toEqual([400, 'INVALID_PARAMETER_VALUE', 'Request must specify data.'])
    expect(server.files().length).toBe(1)
  })
})
