import { mkdtempSync } from 'node:fs'
import { createServer, request as ask, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { removeTree } from '#core/store/index.ts'
import { openRequestLog } from './request-log.ts'
import { noteOf } from './request-note.ts'
import { createStats } from './stats.ts'
import { createTraffic } from './traffic.ts'

/** Much shorter than those of the server. */
const LIMITS = { headersTimeout: 200, requestTimeout: 300, connectionsCheckingInterval: 50 }

/** Sends a body in two pieces with a long pause between them; returns the status. */
async function sendSlowly(isUpload: boolean): Promise<number | undefined> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-traffic-'))
  const log = openRequestLog(home)
  const traffic = createTraffic({ log, stats: createStats() })
  const http = createServer(LIMITS, (request, response) => {
    traffic.begin(request, response, () => undefined)
    noteOf(request).isUpload = isUpload
    request.resume().once('end', () => response.end())
  })
  http.on('clientError', (error, socket) => traffic.refuse(error, socket))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  try {
    const address = http.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const sent = ask({ port: address.port, host: '127.0.0.1', method: 'PUT' })
    const answer = new Promise<IncomingMessage>((resolve, reject) =>
      sent.once('response', resolve).once('error', reject),
    )
    sent.write('first')
    await sleep(LIMITS.requestTimeout * 4)
    if (!sent.destroyed) sent.end('last')
    return (await answer).statusCode
  } finally {
    http.closeAllConnections()
    http.close()
    log[Symbol.dispose]()
    await removeTree(home)
  }
}

test('a body that takes too long is refused', async () => {
  const status = await sendSlowly(false)
  expect(status).toBe(408)
})

test('an upload may take as long as it does', async () => {
  const status = await sendSlowly(true)
  expect(status).toBe(200)
})
