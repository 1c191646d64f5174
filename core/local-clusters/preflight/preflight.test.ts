import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '#core/base/id.ts'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { openClusterEngine, openDockerEngine, openDockerImages } from '#core/runtimes/docker/index.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { choosePorts, preflight, type PreflightDeps } from './index.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-preflight-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const PATH = process.env['PATH'] ?? ''

function deps(host?: string): PreflightDeps {
  const engine = openDockerEngine({ host: () => host })
  const targets = { list: () => [{ name: 'taken-target' }] }
  const store = { clusters: () => [] }
  const secrets = { list: async () => ({ secrets: [{ name: 'target-kept' }] }) }
  const variables = { PATH: `${programs({ kind: 'kind v0.30.0 go1.24.6 linux/amd64' })}:${PATH}` }
  return {
    home,
    engine: openClusterEngine({ engine }),
    images: openDockerImages({ engine }),
    store,
    targets,
    secrets,
    variables,
  }
}

/** A folder of programs that print a line each. */
function programs(lines: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(home, 'bin-'))
  for (const [name, line] of Object.entries(lines)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${line}'\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return folder
}

async function check(id: string, form: object = {}, change: Partial<PreflightDeps> = {}) {
  const { checks } = await preflight(LocalClusterForm.parse(form), { ...deps(), ...change })
  const found = checks.find((it) => it.id === id)
  if (found === undefined) throw new Error(`there is no check ${id}`)
  return found
}

async function listening(work: (port: number) => Promise<void>, host = '127.0.0.1'): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  try {
    await work(typeof address === 'object' && address !== null ? address.port : 0)
  } finally {
    server.close()
  }
}

describe('ports', () => {
  test('that are not named are three different free ones, and named ones stay', async () => {
    const form = { apiPort: 0, registryPort: 5_999, storePort: 0 }
    const { api, registry, store } = await choosePorts(form)
    expect(registry).toBe(5_999)
    expect(new Set([api, registry, store]).size).toBe(3)
    for (const port of [api, store]) expect(port).toBeGreaterThanOrEqual(20_000)
    for (const port of [api, store]) expect(port).toBeLessThan(30_000)
  })
})

describeWithDocker('the preflight of this machine', () => {
  test('tells of the engine that is there, and of no error where nothing is wrong', async () => {
    const { checks } = await preflight(LocalClusterForm.parse({ name: `minisub-${newId().slice(-6)}` }), deps())
    expect(checks.find(({ id }) => id === 'engine')).toMatchObject({
      level: 'ok',
      found: expect.stringMatching(/\d+\.\d+/),
    })
    expect(checks.filter(({ level }) => level === 'error')).toEqual([])
  })

  test.each(['127.0.0.1', '0.0.0.0', '::'])('a port that is taken at %s is told with the next one', async (host) => {
    await listening(async (port) => {
      const found = await check('ports', { registryPort: port })
      expect(found).toMatchObject({ level: 'error', found: `${port} for the registry is taken by another program` })
      const next = Number(/choose (\d+),/.exec(found.fix ?? '')?.[1])
      expect(next).toBeGreaterThan(port)
      expect(await check('ports', { registryPort: next })).toMatchObject({ level: 'ok' })
    }, host)
  })

  test('a port of the configuration file counts as well', async () => {
    await listening(async (hostPort) => {
      const file = join(home, 'kind.yaml')
      const mapping = `[{containerPort: 80, hostPort: ${hostPort}}, {containerPort: 81, hostPort: ${hostPort}, protocol: UDP}]`
      const head = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n'
      writeFileSync(file, `${head}nodes: [{role: control-plane, extraPortMappings: ${mapping}}]\n`)
      expect(await check('ports', { config: file })).toMatchObject({
        level: 'error',
        found: `${hostPort} for a mapping of the configuration file is taken by another program`,
      })
    })
  })

  test('an engine that is nowhere is one error, and what depends on it is not known', async () => {
    const { ok, checks } = await preflight(LocalClusterForm.parse({}), deps('unix:///no/such/docker.sock'))
    expect(ok).toBe(false)
    const levels = Object.fromEntries(checks.map(({ id, level }) => [id, level]))
    expect(levels).toMatchObject({ engine: 'error', privileges: 'info', cgroup: 'info', memory: 'info', disk: 'info' })
    expect(checks.filter(({ level }) => level === 'error').map(({ id }) => id)).toEqual(['engine'])
  })

  test('a name that a cluster of kind, a target or a cluster has is taken', async () => {
    const name = `minisub-${newId().slice(-6)}`
    const engine = openClusterEngine({ engine: openDockerEngine() })
    const labels = { 'io.x-k8s.kind.cluster': name }
    const node = `${name}-control-plane`
    await engine.ensureContainer({ name: node, image: 'registry:2', labels, ports: {}, restarts: false })
    try {
      const found = await check('name', { name })
      expect(found).toMatchObject({ level: 'error', found: `kind has a cluster ${name} already, with ${node}` })
      expect(found.fix).toContain(`kind delete cluster --name ${name}`)
    } finally {
      await engine.removeContainer(node)
    }
    expect(await check('name', { name })).toMatchObject({ level: 'ok' })
    expect(await check('name', { name: 'taken-target' })).toMatchObject({ level: 'error' })
    expect(await check('name', { name: 'kept' })).toMatchObject({
      level: 'error',
      found: expect.stringContaining('target-kept'),
    })
    expect(await check('name', { name: 'taken-target' }, { own: 'taken-target' })).toMatchObject({ level: 'ok' })
  })

  test('a kind that is too old is an error until its download is allowed', async () => {
    const variables = { PATH: `${programs({ kind: 'kind v0.11.1 go1.16.4 linux/amd64' })}:/usr/bin:/bin` }
    const found = await check('kind', {}, { variables })
    expect(found).toMatchObject({ level: 'error', found: expect.stringContaining('kind is v0.11.1') })
    expect(found.fix).toContain('allow the download of kind')
    expect(await check('kind', { download: true }, { variables })).toMatchObject({ level: 'info' })
  })

  test.skipIf(process.getuid?.() !== 0)(
    'a disk that is small is told, of the engine and of the data folder',
    async () => {
      const small = mkdtempSync(join(home, 'small-'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small])
      try {
        const { engine } = deps()
        const facts = async () => ({ ...(await engine.facts()), rootFolder: small })
        const found = await check('disk', {}, { home: join(small, 'home'), engine: { ...engine, facts } })
        expect(found.level).toBe('error')
        expect(found.found).toMatch(
          /^only 16\.8 MB free for the engine in .*; only 16\.8 MB free for the data folder in/,
        )
      } finally {
        execFileSync('umount', [small])
      }
    },
  )

  test('the command of the engine is looked for on PATH', async () => {
    const empty = { PATH: join(home, 'nothing') }
    expect(await check('docker-cli', {}, { variables: empty })).toMatchObject({ level: 'error' })
    const folder = programs({ docker: '' })
    expect(await check('docker-cli', {}, { variables: { PATH: folder } })).toMatchObject({ found: `${folder}/docker` })
  })

  test.each([
    ['no YAML', 'nodes: [', 'config'],
    ['no configuration of kind', 'kind: Deployment\napiVersion: apps/v1\n', 'kind: Cluster'],
    ['of an older kind', 'kind: Cluster\napiVersion: kind.sigs.k8s.io/v1alpha3\n', 'v1alpha4'],
    ['empty', '', 'empty'],
  ])('a configuration file that is %s', async (_what, text, words) => {
    const file = join(home, 'config.yaml')
    writeFileSync(file, text)
    const found = await check('config', { config: file })
    expect(found.level).toBe('error')
    expect(`${found.found} ${found.fix}`).toContain(words)
  })

  test('a configuration file that is not there, or a folder', async () => {
    expect(await check('config', { config: join(home, 'none') })).toMatchObject({ level: 'error' })
    expect(await check('config', { config: home })).toMatchObject({ level: 'error' })
  })

  test('an image that is none of nodes is told where the engine has it', async () => {
    expect(await check('node-image', { nodeImage: 'registry:2' })).toMatchObject({ level: 'warning' })
    expect(await check('node-image', { nodeImage: 'UPPER case' })).toMatchObject({ level: 'error' })
  })
})
