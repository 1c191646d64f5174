import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { openCliSandbox, runOf, until, type CliSandbox } from '#test/support/cli-sandbox.ts'

type Core = { readonly url: string; readonly token: string; readonly stop: () => Promise<number | null> }

async function serve(cli: CliSandbox): Promise<Core> {
  const { child, finished } = cli.start('serve', '--json')
  let line = ''
  child.stdout?.on('data', (chunk: Buffer) => (line += chunk.toString('utf8')))
  await until('the core is ready', () => line.endsWith('\n'))
  const { url } = JSON.parse(line) as { url: string }
  const token = readFileSync(join(cli.home, 'token'), 'utf8').trim()
  const stop = async () => {
    child.kill('SIGTERM')
    return (await finished).code
  }
  return { url, token, stop }
}

/** A WebSocket that is open and has said its first message; `closed` is the code with which it ends. */
async function openSocket({ url, token }: Core, path: string): Promise<{ closed: Promise<number> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, ['minisub', `minisub.token.${token}`])
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await once(socket, 'message')
  return { closed }
}

/** A connection on which the beginning of a request lies; `finish` sends the rest and gives the answer. */
async function halfRequest({ url, token }: Core): Promise<{ finish: () => Promise<string> }> {
  const { host, port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`GET /api/v1/runs HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n`)
  return {
    finish: async () => {
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
      socket.write('\r\n')
      await once(socket, 'close')
      return text
    },
  }
}

/** How many requests the core answers now, that which asks for it included. */
async function openRequests({ url, token }: Core): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  return Number(/^minisub_http_requests_open (\d+)$/m.exec(text)?.[1])
}

const logOf = (cli: CliSandbox) =>
  readFileSync(join(cli.home, 'requests.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { route: string; status: number; closed?: number })

test('SIGTERM ends what is open in order while a run goes on, which the next core takes up', async () => {
  await using cli = await openCliSandbox()
  const core = await serve(cli)
  const steps = ['steps:', '  a: {command: [sh, -c, "echo one; sleep 4; echo two"]}']
  const { id } = runOf(await cli.minisub('run', await cli.pipeline('kept', steps), '--detach', '--json'))
  const changes = await openSocket(core, '/api/v1/changes')
  const events = await openSocket(core, `/api/v1/events?run=${id}&from=1`)
  const headers = { authorization: `Bearer ${core.token}` }
  const logPath = `${core.url}/api/v1/runs/${id}/steps/a/log`
  await until('the step says something', async () => (await (await fetch(logPath, { headers })).text()).includes('one'))
  const { next } = (await (await fetch(logPath, { headers })).json()) as { next: number }
  const poll = fetch(`${logPath}?follow=true&from=${next}`, { headers })
  const half = await halfRequest(core)
  await until('the poll is open', async () => (await openRequests(core)) === 2)
  const stopped = core.stop()
  expect(await Promise.all([changes.closed, events.closed])).toEqual([1001, 1001])
  const refused = await half.finish()
  expect(refused).toMatch(/^HTTP\/1\.1 503 /)
  expect(refused).toMatch(/connection: close/i)
  expect(JSON.parse(refused.slice(refused.indexOf('\r\n\r\n') + 4))).toMatchObject({
    code: 'core_unreachable',
    retry: true,
  })
  const answer = await poll
  expect([answer.status, await answer.json()]).toMatchObject([200, { end: false, lines: [] }])
  expect(await stopped).toBe(0)
  const lines = logOf(cli)
  expect(
    lines
      .filter(({ closed }) => closed === 1001)
      .map(({ route }) => route)
      .toSorted(),
  ).toEqual(['/api/v1/changes', '/api/v1/events'])
  expect(lines.some(({ status }) => status === 503)).toBe(true)
  expect(lines.filter(({ route, status }) => route?.endsWith('/log') && status === 200).length).toBeGreaterThan(1)
  await cli.minisub('logs', id, 'a', '--follow')
  const view = await cli.client().showRun({ run: id })
  expect(view.steps.map(({ attempts }) => attempts)).toEqual([1])
})

describe('a call that tells its progress', () => {
  // A package index that never answers.
  const index = createServer((socket) => void socket.on('error', () => undefined).resume())
  beforeAll(async () => {
    await new Promise<void>((resolve) => index.listen(0, '127.0.0.1', resolve))
    const address = index.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    for (const name of ['PIP_INDEX_URL', 'UV_DEFAULT_INDEX']) vi.stubEnv(name, `http://127.0.0.1:${port}/simple`)
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    index.close()
  })

  test('ends with a Problem at SIGTERM', async () => {
    await using cli = await openCliSandbox()
    const core = await serve(cli)
    const asked = once(index, 'connection')
    const file = await cli.pipeline('locks', [
      'environments: {python: {python: ">=3.9", packages: [certainly-no-such-package-of-ours==1.0]}}',
      'steps:',
      '  a: {environment: python, command: ["true"]}',
    ])
    const answer = await fetch(`${core.url}/api/v1/pipelines/lock`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${core.token}`,
        'content-type': 'application/json',
        accept: 'application/x-ndjson',
      },
      body: JSON.stringify({ file, update: false }),
    })
    await asked
    expect(await openRequests(core)).toBe(2)
    const stopped = core.stop()
    const lines = (await answer.text()).split('\n').filter((line) => line !== '')
    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ problem: { code: 'core_unreachable', retry: true } })
    expect(await stopped).toBe(0)
  })
})
