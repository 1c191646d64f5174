import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCliSandbox } from '#test/support/cli-sandbox.ts'

test('a stranger on the port of a core that is gone is never told the token', async () => {
  await using sandbox = await openCliSandbox()
  const token = 'a'.repeat(64)
  const heard: string[] = []
  const stranger = createServer((request, response) => {
    heard.push(`${request.url} ${JSON.stringify(request.headers)}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'ready', version: '0.1.0', proof: '0'.repeat(64), runs: [] }))
  })
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
  const { port } = stranger.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  await mkdir(sandbox.home, { mode: 0o700 })
  await writeFile(join(sandbox.home, 'token'), `${token}\n`, { mode: 0o600 })
  const address = { url, port, pid: null, version: '0.1.0', startedAt: new Date().toISOString() }
  await writeFile(join(sandbox.home, 'address.json'), JSON.stringify({ ...address, pid: process.pid }), { mode: 0o600 })
  const finished = await sandbox.minisub('runs')
  expect(finished.code).not.toBe(0)
  expect(finished.stderr).toMatch(/port/)
  expect(heard.length).toBeGreaterThan(0)
  expect(heard.join('\n')).not.toContain(token)
  // The sandbox would stop the process that the address names.
  await writeFile(join(sandbox.home, 'address.json'), JSON.stringify(address))
  await new Promise((done) => stranger.close(done))
})
