import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PROXY, startArtifacts } from './artifact-fixture.ts'

type Server = Awaited<ReturnType<typeof startArtifacts>>
let server: Server
beforeEach(async () => {
  server = await startArtifacts()
})
afterEach(async () => {
  expect(server.faults).toEqual([])
  await server[Symbol.asyncDispose]()
})

describe('bad input', () => {
  const bad = 'INVALID_PARAMETER_VALUE'
  const missing = 'RESOURCE_DOES_NOT_EXIST'
  const list = '/api/2.0/mlflow/artifacts/list'
  const model = '/api/2.0/mlflow/logged-models/m-1/artifacts'
  const version = '/model-versions/get-artifact'
  test.each([
    ['PUT', `${PROXY}/0/%2e%2e/x`, 400, bad],
    ['PUT', `${PROXY}/0/a%2F..%2F..%2Fx`, 400, bad],
    ['PUT', `${PROXY}/0/%252e%252e/x`, 400, bad],
    ['PUT', `${PROXY}/%2Fetc/passwd`, 400, bad],
    ['PUT', `${PROXY}/0/a%5Cb`, 400, bad],
    ['PUT', `${PROXY}/0/a%00b`, 400, bad],
    ['PUT', `${PROXY}/0/a%0Ab`, 400, bad],
    ['PUT', `${PROXY}/0/a%FF`, 400, bad],
    ['PUT', `${PROXY}/0/a%C3`, 400, bad],
    ['PUT', `${PROXY}/0`, 400, bad],
    ['PUT', `${PROXY}/`, 404, 'ENDPOINT_NOT_FOUND'],
    ['PUT', `${PROXY}/x/a`, 400, bad],
    ['PUT', `${PROXY}/0/${'a'.repeat(5_000)}`, 400, bad],
    ['DELETE', `${PROXY}/0`, 400, bad],
    ['DELETE', `${PROXY}/0/%2e%2e/1`, 400, bad],
    ['GET', `${PROXY}/0/%2e%2e/x`, 400, bad],
    ['GET', `${PROXY}/0/none`, 404, missing],
    ['GET', `${PROXY}/0`, 404, missing],
    ['GET', `${PROXY}?path=../0`, 400, bad],
    ['GET', `${PROXY}?path=/etc`, 400, bad],
    ['GET', `${PROXY}?path=%252e%252e`, 400, bad],
    ['GET', `${list}?run_id=run&path=../x`, 400, bad],
    ['GET', `${list}?run_id=none`, 404, missing],
    ['GET', `${list}?run_id=elsewhere`, 400, bad],
    ['GET', list, 400, bad],
    ['GET', '/get-artifact?run_id=run', 400, bad],
    ['GET', '/get-artifact?path=a', 400, bad],
    ['GET', '/get-artifact?run_id=none&path=a', 404, missing],
    ['GET', '/get-artifact?run_id=run&path=a', 404, missing],
    ['GET', '/get-artifact?run_id=run&path=C:/a', 400, bad],
    ['GET', '/get-artifact?run_id=run&path=../../run/artifacts/a', 400, bad],
    ['GET', `${version}?name=model&version=1`, 400, bad],
    ['GET', `${version}?name=model&path=a`, 400, bad],
    ['GET', `${version}?name=model&version=x&path=a`, 400, bad],
    ['GET', `${version}?name=model&version=2&path=a`, 404, missing],
    ['GET', `${model}/files`, 400, bad],
    ['GET', `${model}/files?artifact_file_path=/MLmodel`, 400, bad],
    ['GET', `${model}/directories?artifact_directory_path=a%5Cb`, 400, bad],
    ['GET', '/api/2.0/mlflow/logged-models/none/artifacts/directories', 404, missing],
    ['POST', '/ajax-api/2.0/mlflow/upload-artifact?path=a', 400, bad],
    ['POST', '/ajax-api/2.0/mlflow/upload-artifact?run_uuid=run', 400, bad],
    ['POST', '/ajax-api/2.0/mlflow/upload-artifact?run_uuid=none&path=a', 404, missing],
    ['POST', '/ajax-api/2.0/mlflow/upload-artifact?run_uuid=run&path=../a', 400, bad],
  ])('%s %s: %d %s', async (method, path, status, code) => {
    // fetch would take `..` and `.` out of paths
    const body = method === 'PUT' || method === 'POST' ? 'x' : ''
    const lines = [`${method} ${path} HTTP/1.1`, 'Host: x', `Content-Length: ${body.length}`, 'Connection: close']
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
    const answer = (await socket.setEncoding('utf8').toArray()).join('')
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toContain(`{"error_code":"${code}","message":"`)
    expect(server.artifacts.usage('')).toEqual({ files: 0, bytes: 0 })
  })
})
