import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
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

/** Waits for what comes soon. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5)
}

describe('an upload', () => {
  test.each([
    ['by length', `Content-Length: 500000`, 'x'.repeat(300_000)],
    ['in chunks', 'Transfer-Encoding: chunked', `493e0\r\n${'x'.repeat(300_000)}\r\n`],
  ])('that is cut off (%s) leaves nothing, and what was there stays', async (_, header, part) => {
    await put('0/run/a', 'before')
    const [kept] = server.files()
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`PUT ${PROXY}/0/run/a HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n${part}`)
    await until(() => server.files().length > 1)
    socket.destroy()
    await until(() => server.files().length === 1)
    expect(server.files()).toEqual([kept])
    expect(await (await ask(`${PROXY}/0/run/a`)).text()).toBe('before')
  })

  test('that is refused is told so, however much was to come, and the connection goes on', async () => {
    const answer = await refusal(put('elsewhere/a', new Uint8Array(20_000_000)))
    expect(answer).toEqual([400, 'INVALID_PARAMETER_VALUE', expect.stringMatching(/^Invalid path: files lie below/)])
    expect((await put('0/run/a', 'x')).status).toBe(200)
  })

  test('that turns out too large is taken in to its end, for a client that reads no answer before', async () => {
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    const head = 'POST /ajax-api/2.0/mlflow/upload-artifact?run_uuid=run&path=a HTTP/1.1\r\nHost: x'
    socket.write(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const chunk = `f4240\r\n${'x'.repeat(1_000_000)}\r\n`
    socket.pause()
    for (let sent = 0; sent < 40; sent += 1) await new Promise((resolve) => socket.write(chunk, resolve))
    socket.write('0\r\n\r\n')
    const [answer] = await socket.take(1).toArray()
    expect(answer).toContain('Artifact size is too large')
  })

  test('keeps the signs of an image of `log_image`, which clients ask for in other ways', async () => {
    const name = 'dogs%step%20%timestamp%1700000000000%g1.png'
    await put(`0/run/artifacts/images/${encodeURIComponent(name)}`, 'image')
    const file = { path: name, is_dir: false, file_size: 5 }
    expect(await json(`${PROXY}?path=0/run/artifacts/images`)).toEqual({ files: [file] })
    for (const asked of [name, 'dogs%step %timestamp%1700000000000%g1.png']) {
      const got = await ask(`${PROXY}/0/run/artifacts/images/${encodeURIComponent(asked)}`)
      expect(await got.text()).toBe('image')
    }
  })

  test('takes any name that a file may have', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((text) => text.isWellFormed() && !/[/\\#\p{Cc}]|^\.+$|%(?:25)*(?:2e|2f|5c)/iu.test(text))
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const path = `0/run/artifacts/${encodeURIComponent(text)}`
        expect((await put(path, text)).status).toBe(200)
        expect(await (await ask(`${PROXY}/${path}`)).text()).toBe(text)
      }),
      { numRuns: 60 },
    )
  })
})
