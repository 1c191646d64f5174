import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientOf, PROXY, refusal, startArtifacts } from './artifact-fixture.ts'

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

describe('a download', () => {
  test('is told as one that no browser runs, whatever it is', async () => {
    const table = { 'a.html': 'text/html', 'b.svg': 'image/svg+xml', MLmodel: 'text/plain', 'c.JSON': 'text/plain' }
    for (const [name, type] of Object.entries({ ...table, 'd.pkl': 'application/octet-stream' })) {
      await put(`0/run/artifacts/${name}`, '<script>alert(1)</script>')
      const { headers } = await ask(`/get-artifact?run_id=run&path=${name}`)
      expect(headers.get('content-type')).toBe(type)
      expect(headers.get('content-disposition')).toMatch(/^attachment; /)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    }
  })

  test('has a name that can neither break out of its header nor lead elsewhere', async () => {
    await put(`0/run/artifacts/${encodeURIComponent('a"; x=ü .txt')}`, 'x')
    const { headers } = await ask(`${PROXY}/0/run/artifacts/${encodeURIComponent('a"; x=ü .txt')}`)
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="a___x___.txt"; filename*=UTF-8''a%22%3B%20x%3D%C3%BC%20.txt`,
    )
  })

  test('comes in ranges, and not again where its reader has it', async () => {
    await put('0/run/a', '0123456789')
    const get = async (headers: Record<string, string>) => {
      const response = await ask(`${PROXY}/0/run/a`, { headers })
      return [response.status, response.headers.get('content-range'), await response.text()]
    }
    const tag = (await ask(`${PROXY}/0/run/a`)).headers.get('etag') ?? ''
    expect(await get({ Range: 'bytes=2-4' })).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await get({ Range: 'bytes=8-' })).toEqual([206, 'bytes 8-9/10', '89'])
    expect(await get({ Range: 'bytes=-3' })).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await get({ Range: 'bytes=2-4', 'If-Range': '"other"' })).toEqual([200, null, '0123456789'])
    expect(await get({ Range: 'lines=1' })).toEqual([200, null, '0123456789'])
    expect(await get({ 'If-None-Match': tag })).toEqual([304, null, ''])
    expect(await get({ Range: 'bytes=10-' })).toEqual([416, 'bytes */10', expect.stringContaining('has 10 bytes')])
  })

  test('by HEAD has the same headers and no body', async () => {
    await put('0/run/a', 'abc')
    const response = await ask(`${PROXY}/0/run/a`, { method: 'HEAD' })
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '3', ''])
    expect((await ask(`${PROXY}/0/run/none`, { method: 'HEAD' })).status).toBe(404)
  })

  test('of an empty file is empty', async () => {
    await put('0/run/a', '')
    const response = await ask(`${PROXY}/0/run/a`)
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '0', ''])
    expect(await json(`${PROXY}?path=0/run`)).toEqual({ files: [{ path: 'a', is_dir: false, file_size: 0 }] })
  })

  test('whose bytes somebody took out of the data folder is missing, not a fault', async () => {
    await put('0/run/a', 'abc')
    rmSync(join(server.home, 'blobs'), { recursive: true })
    expect(await refusal(ask(`${PROXY}/0/run/a`))).toEqual([404, 'RESOURCE_DOES_NOT_EXIST', expect.any(String)])
  })

  test('that its reader leaves ends quietly, and others go on', async () => {
    await put('0/run/a', randomBytes(20_000_000))
    for (let round = 0; round < 5; round += 1) {
      const leaving = new AbortController()
      const response = await ask(`${PROXY}/0/run/a`, { signal: leaving.signal })
      leaving.abort()
      await expect(response.arrayBuffer()).rejects.toThrow(/abort/)
    }
    expect((await (await ask(`${PROXY}/0/run/a`)).arrayBuffer()).byteLength).toBe(20_000_000)
  })

  test('that is read slowly is not taken into memory', async () => {
    await put('0/run/a', new Uint8Array(100_000_000))
    const before = process.memoryUsage().arrayBuffers
    const socket = connect(server.port, '127.0.0.1')
    socket.pause().write(`GET ${PROXY}/0/run/a HTTP/1.1\r\nHost: x\r\n\r\n`)
    await sleep(300)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
    socket.destroy()
  })
})
