import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openCliSandbox, until, type CliSandbox } from '#test/support/cli-sandbox.ts'

let cli: CliSandbox
beforeEach(async () => {
  vi.stubEnv('DISPLAY', '')
  vi.stubEnv('WAYLAND_DISPLAY', '')
  vi.stubEnv('WSL_DISTRO_NAME', '')
  cli = await openCliSandbox()
})
afterEach(async () => {
  await cli[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

const tokenOf = () => readFileSync(join(cli.home, 'token'), 'utf8').trim()
const urlOf = (): string => JSON.parse(readFileSync(join(cli.home, 'address.json'), 'utf8')).url

/** What a browser does with an address that `minisub open` gave: exchanges the code, keeps the cookie. */
async function browse(address: string): Promise<{ status: number; cookie: string }> {
  const { origin, hash } = new URL(address)
  const answer = await fetch(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0' },
    body: JSON.stringify({ code: new URLSearchParams(hash.slice(1)).get('code') }),
  })
  return { status: answer.status, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

async function statusWith(headers: Record<string, string>): Promise<number> {
  return (await fetch(`${urlOf()}/api/v1/access`, { headers })).status
}

test('open --print starts a core and prints one address, which opens one session', async () => {
  const printed = await cli.minisub('open', '--print')
  expect([printed.code, printed.stderr]).toEqual([0, ''])
  expect(printed.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=[0-9a-f]{64}\n$/)
  const { status, cookie } = await browse(printed.stdout.trim())
  expect(status).toBe(201)
  expect((await browse(printed.stdout.trim())).status).toBe(401)
  expect(await statusWith({ cookie })).toBe(200)
  const { url } = JSON.parse((await cli.minisub('open', '--json')).stdout)
  expect((await browse(url)).status).toBe(201)
})

test('open without a screen prints the address and says why', async () => {
  const { code, stdout, stderr } = await cli.minisub('open')
  expect([code, stderr]).toEqual([0, expect.stringContaining('no browser was found here')])
  expect((await browse(stdout.trim())).status).toBe(201)
})

test('open gives the address to the opener of the system and keeps the code from the terminal', async () => {
  const [bin, seen] = [join(cli.folder, 'bin'), join(cli.folder, 'seen')]
  mkdirSync(bin)
  const opener = (body: string) => {
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\n${body}\n`)
    chmodSync(join(bin, 'xdg-open'), 0o755)
  }
  opener(`echo "$@" > '${seen}.new' && mv '${seen}.new' '${seen}'`)
  vi.stubEnv('DISPLAY', ':0')
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`)
  await using own = await openCliSandbox()
  const opened = await own.minisub('open')
  expect([opened.code, opened.stdout]).toEqual([0, ''])
  expect(opened.stderr).toMatch(/^opened http:\/\/127\.0\.0\.1:\d+ in the browser\n$/)
  expect((await browse(readFileSync(seen, 'utf8').trim())).status).toBe(201)
  opener('exit 3')
  const failed = await own.minisub('open')
  expect([failed.code, failed.stderr]).toEqual([0, expect.stringContaining('opened no browser')])
  expect((await browse(failed.stdout.trim())).status).toBe(201)
})

test('a session is listed under the name of its browser until it is revoked', async () => {
  expect((await cli.minisub('session', 'list')).stdout).toBe('no sessions: `minisub open` opens one\n')
  const { cookie } = await browse((await cli.minisub('open', '--print')).stdout.trim())
  const { sessions } = JSON.parse((await cli.minisub('session', 'list', '--json')).stdout)
  expect(sessions).toEqual([expect.objectContaining({ agent: 'Firefox on Linux', current: false })])
  const { id } = sessions[0]
  expect((await cli.minisub('session', 'list')).stdout).toMatch(new RegExp(`^ID .*\\n${id} +Firefox on Linux `))
  expect(await cli.minisub('session', 'revoke', id)).toMatchObject({ code: 0, stdout: `ended ${id}\n` })
  expect(await statusWith({ cookie })).toBe(401)
  expect(await cli.minisub('session', 'revoke', id)).toMatchObject({ code: 2, stdout: '' })
})

test('a token is shown once, works until it is revoked, and may not make others', async () => {
  const made = await cli.minisub('token', 'create', 'prometheus')
  expect(made.stdout).toMatch(/^[0-9a-f]{64}\n$/)
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('shown only once')])
  const authorization = `Bearer ${made.stdout.trim()}`
  expect(await statusWith({ authorization })).toBe(200)
  const refused = await fetch(`${urlOf()}/api/v1/access/renew`, { method: 'POST', headers: { authorization } })
  expect(refused.status).toBe(403)

  const listed = await cli.minisub('token', 'list', '--json')
  expect(listed.stdout).not.toContain(made.stdout.trim())
  const { folderToken, tokens } = JSON.parse(listed.stdout)
  expect(folderToken.file).toBe(join(cli.home, 'token'))
  expect(tokens).toEqual([expect.objectContaining({ name: 'prometheus', lastUsedAt: expect.any(String) })])
  expect((await cli.minisub('token', 'list')).stdout).toMatch(/^NAME .*\nprometheus /)

  expect(await cli.minisub('token', 'create', 'prometheus')).toMatchObject({ code: 2, stdout: '' })
  expect(await cli.minisub('token', 'revoke', 'promethus')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean "prometheus"?'),
  })
  expect(await cli.minisub('token', 'revoke', 'prometheus')).toMatchObject({ code: 0, stdout: 'revoked prometheus\n' })
  expect(await statusWith({ authorization })).toBe(401)
  expect((await cli.minisub('token', 'list')).stdout).toBe('no tokens\n')
  const json = JSON.parse((await cli.minisub('token', 'create', 'prometheus', '--json')).stdout)
  expect(json).toMatchObject({ name: 'prometheus', token: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

test('token renew replaces the token of the folder; who holds the old one is refused, and commands go on', async () => {
  await cli.minisub('session', 'list')
  const before = tokenOf()
  const pid = cli.corePid()
  const renewed = await cli.minisub('token', 'renew', '--json')
  expect([renewed.code, renewed.stderr]).toEqual([0, ''])
  expect(JSON.parse(renewed.stdout).folderToken.file).toBe(join(cli.home, 'token'))
  expect(renewed.stdout).not.toContain(tokenOf())
  expect(statSync(join(cli.home, 'token')).mode & 0o777).toBe(0o600)
  expect(await statusWith({ authorization: `Bearer ${before}` })).toBe(401)
  expect(await statusWith({ authorization: `Bearer ${tokenOf()}` })).toBe(200)
  expect(await cli.minisub('session', 'list')).toMatchObject({ code: 0, stderr: '' })
  expect(cli.corePid()).toBe(pid)
})

test('a command that follows a run goes on when the token is renewed meanwhile', async () => {
  const go = join(cli.folder, 'go')
  const file = await cli.pipeline('waits', [
    'steps:',
    `  a: {command: [sh, -c, "until [ -e '${go}' ]; do sleep 0.1; done; echo done"]}`,
  ])
  const run = cli.start('run', file)
  await until('the step runs', () => run.stderr().includes('a started'))
  expect((await cli.minisub('token', 'renew')).code).toBe(0)
  writeFileSync(go, '')
  const finished = await run.finished
  rmSync(go)
  expect([finished.code, finished.stderr]).toEqual([0, expect.stringContaining('a succeeded')])
})

test('the groups and their commands have help with examples', async () => {
  for (const words of [
    ['open'],
    ['token'],
    ['token', 'create'],
    ['token', 'renew'],
    ['session'],
    ['session', 'revoke'],
  ]) {
    const { code, stdout } = await cli.minisub(...words, '--help')
    expect([words, code]).toEqual([words, 0])
    expect(stdout).toContain(`$ minisub ${words.join(' ')}`)
  }
})
