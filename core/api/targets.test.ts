import { z } from 'zod'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { profile } from '#core/contract/routes-targets-examples.ts'
import { NDJSON } from '#core/contract/http.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

let fixture: ServerFixture
beforeEach(async () => void (fixture = await openServerFixture()))
afterEach(() => fixture[Symbol.asyncDispose]())

const send = (method: string, path: string, body?: object): Promise<Response> =>
  fixture.fetch(`/api/v1/targets${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })

const Answer = z.looseObject({
  detail: z.string().default(''),
  code: z.string().default(''),
  issues: z.array(z.unknown()).default([]),
  createdAt: z.string().default(''),
  digest: z.string().default(''),
})
const read = async (answer: Response) => Answer.parse(await answer.json())

describe('the routes of targets', () => {
  test('keep a profile, show it, replace it and forget it; a restart loses nothing', async () => {
    const { labels: _, ...short } = profile
    const added = await send('POST', '', { name: 'lab', profile: short })
    expect(added.status).toBe(201)
    const view: unknown = await added.json()
    expect(view).toMatchObject({ name: 'lab', profile })
    await fixture.restart()
    expect(await (await send('GET', '/lab')).json()).toEqual(view)
    expect(await (await send('GET', '/profiles')).json()).toEqual({ targets: [view] })
    const edited = await read(await send('PUT', '/lab', { profile: { ...profile, namespace: 'other' } }))
    const before = Answer.parse(view)
    expect(edited).toMatchObject({ profile: { namespace: 'other' }, createdAt: before.createdAt })
    expect(edited.digest).not.toBe(before.digest)
    expect((await send('DELETE', '/lab')).status).toBe(204)
    expect((await send('GET', '/lab')).status).toBe(404)
  })

  test('name every fault of a profile, with the key that was meant', async () => {
    const refused = await send('POST', '', { name: 'lab', profile: { ...profile, namespace: 'A B', nodeSelctor: {} } })
    expect(refused.status).toBe(422)
    const { detail, issues } = await read(refused)
    expect(detail).toContain('profile.namespace: not a namespace')
    expect(detail).toContain('unknown key "nodeSelctor": did you mean "nodeSelector"?')
    expect(issues).toHaveLength(2)
  })

  test.each([
    ['docker', 'the name docker is taken'],
    ['profiles', 'the name profiles is taken'],
    ['Lab', 'not a name of a target'],
  ])('refuse %s as a name', async (name, words) => {
    const refused = await send('POST', '', { name, profile })
    expect([refused.status, (await read(refused)).detail]).toEqual([422, expect.stringContaining(words)])
  })

  test('refuse a name twice, and to delete what a run or a schedule needs', async () => {
    await send('POST', '', { name: 'busy', profile })
    const twice = await send('POST', '', { name: 'busy', profile })
    expect([twice.status, (await read(twice)).code]).toEqual([409, 'conflict'])
    const busy = await send('DELETE', '/busy')
    expect([busy.status, (await read(busy)).detail]).toEqual([409, expect.stringContaining('the run 01kc2m3n needs')])
    await send('POST', '', { name: 'nightly', profile })
    expect((await read(await send('DELETE', '/nightly'))).detail).toContain('the schedule wine-nightly needs')
    expect((await send('DELETE', '/process')).status).toBe(404)
  })

  test('tell each check of a test as a line, then the report', async () => {
    await send('POST', '', { name: 'lab', profile })
    const answer = await fixture.fetch('/api/v1/targets/lab/test', { method: 'POST', headers: { accept: NDJSON } })
    const messages = (await answer.text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
    const { result } = messages.at(-1)
    expect(result).toMatchObject({ target: 'lab', ok: false })
    expect(messages.slice(0, -1)).toHaveLength(result.checks.length)
    expect(messages[0]).toEqual({ line: 'failed reach [API server] there is no cluster here' })
    expect(result.checks[0]).toMatchObject({ id: 'reach', status: 'failed', fix: 'use another core' })
    expect((await send('POST', '/other/test')).status).toBe(404)
  })

  test('take absolute paths of kubeconfig files alone', async () => {
    const answer = await send('GET', '/contexts?kubeconfig=/a/config:/b/config')
    expect(await answer.json()).toEqual({ kubeconfig: ['/a/config', '/b/config'], contexts: [] })
    expect((await send('GET', '/contexts?kubeconfig=config')).status).toBe(422)
  })

  test('tell open pages that the list changed', async () => {
    const { server, token } = fixture
    const protocols = ['minisub', `minisub.token.${token}`]
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/changes`, protocols)
    const told = new Promise<string>((resolve) => {
      socket.addEventListener('message', ({ data }) => String(data).includes('"list"') && resolve(String(data)))
    })
    await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
    await send('POST', '', { name: 'lab', profile })
    expect(JSON.parse(await told)).toEqual([{ kind: 'list', topic: 'targets' }])
    socket.close()
  })
})
