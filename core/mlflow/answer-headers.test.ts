import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API, openWire, type Wire } from './wire-fixture.ts'

let wire: Wire
let run: string
beforeAll(async () => {
  wire = await openWire()
  run = await wire.run()
})
afterAll(async () => wire[Symbol.asyncDispose]())

async function send(path: string, body: object, connection = 'keep-alive'): Promise<IncomingMessage> {
  const { port } = wire.fixture.server
  const headers = { authorization: `Bearer ${wire.fixture.token}`, 'content-type': 'application/json', connection }
  const sent = request({ port, host: '127.0.0.1', method: 'POST', path: `${API}/${path}`, headers, agent: false })
  sent.end(JSON.stringify(body))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return answer
}

const point = (step: number) => ({ run_id: run, key: 'loss', value: 1, timestamp: 1, step })

test('an answer that says nothing has no header that HTTP does not want', async () => {
  const { headers, statusCode } = await send('runs/log-metric', point(1))
  expect([statusCode, Object.keys(headers).toSorted()]).toEqual([200, ['content-length', 'content-type', 'date']])
})

test('it tells who wants the connection to end that it does', async () => {
  expect((await send('runs/log-metric', point(2), 'close')).headers.connection).toBe('close')
})

/** What comes back for a head as it is written, up to the end of the first answer's head. */
async function sendRaw(...lines: readonly string[]): Promise<string> {
  const { port } = wire.fixture.server
  const socket = connect(port, '127.0.0.1')
  const head = [...lines, `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${wire.fixture.token}`]
  socket.write(`${head.join('\r\n')}\r\nContent-Type: application/json\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString('utf8').split('\r\n\r\n')[0] ?? ''
}

test('a body of no bytes is answered, however its length is written', async () => {
  for (const length of ['0', '00', '000']) {
    const answer = await sendRaw(`POST ${API}/runs/log-metric HTTP/1.1`, `Content-Length: ${length}`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  }
})

test.each([
  ['an answer that says something', 'runs/search', { experiment_ids: ['0'] }, 200],
  ['one that finds nothing', 'runs/search', { experiment_ids: ['404'] }, 200],
  ['a failure', 'runs/log-metric', { run_id: 'f'.repeat(32) }, 400],
])('%s is guarded against being shown as a page', async (_, path, body, status) => {
  const { headers, statusCode } = await send(path, body)
  expect(statusCode).toBe(status)
  expect(headers).toMatchObject({
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
})
