import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { parse } from 'yaml'
import type { ClusterJobView, ClusterPreflight, LocalClusterView } from '#core/contract/local-clusters.ts'
import { clusterStore } from '#core/local-clusters/cluster-store.ts'
import type { StoredCluster, StoredJob } from '#core/local-clusters/types.ts'
import { openStore } from '#core/store/index.ts'
import { openCliSandbox, until, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { minisubOnTerminal } from '#test/support/on-a-terminal.ts'
import { describeWithDocker } from '#test/support/requirements.ts'
import { withoutEngine } from '#test/support/without-engine.ts'

const JOB = '01kc2m3n4p5q6r7s8t9v0w1x2y'
const AT = Date.parse('2026-11-26T12:00:00.000Z')
const LAB: StoredCluster = {
  name: 'lab',
  form: {
    name: 'lab',
    workers: 0,
    apiPort: 0,
    registryPort: 0,
    storePort: 0,
    download: false,
    deadlineMinutes: 20,
  },
  ports: { api: 21_001, registry: 21_002, store: 21_003 },
  state: 'failed',
  kind: 'v0.30.0',
  nodeImage: 'kindest/node:v1.34.0',
  installed: {},
  createdAt: AT,
}
const FAILED: StoredJob = {
  id: JOB,
  cluster: 'lab',
  of: LAB,
  kind: 'create',
  force: false,
  status: 'failed',
  startedAt: AT,
  endedAt: AT + 5_000,
  deadlineAt: AT + 60_000,
  steps: [],
  logs: null,
  isCancelled: false,
  child: null,
  problem: { code: 'kind_failed', message: 'kind failed: look at its log', cause: null, fix: 'look at its log' },
}

let cli: CliSandbox
beforeEach(async () => {
  cli = await openCliSandbox()
  mkdirSync(cli.home, { mode: 0o700 })
  withoutEngine(cli.home)
})
afterEach(async () => {
  await cli[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
})

/** What a core that came earlier has left: a cluster whose create failed, or one that was made. */
function leave(cluster: StoredCluster = LAB): void {
  using store = openStore(cli.home)
  const rows = clusterStore(store)
  rows.putCluster(cluster)
  rows.putJob({ ...FAILED, cluster: cluster.name, of: cluster })
  rows.appendLog(JOB, { at: AT, step: 'cluster', text: 'Preparing \u001b[2Jnodes' })
}

function writeKubeconfig(name: string, content = '{}'): string {
  const folder = join(cli.home, 'local-clusters', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'kubeconfig'), content)
  return join(folder, 'kubeconfig')
}

/** Wrong before any core could say so. */
const WRONG: readonly (readonly [string, string])[] = [
  ['check --name Lab', '--name: not a name of a cluster'],
  ['create --name lab- --yes', '--name: not a name of a cluster'],
  ['create --workers many', '--workers wants a whole number of at least 0 and got "many"'],
  ['create --api-port 70000', '--api-port: a port is 0 to 65535'],
  ['create --config none.yaml', 'there is no file none.yaml'],
  ['create --quota-cpu lots', '--quota-cpu: not a quantity of Kubernetes'],
  ['create lab', 'too many arguments'],
  ['status Lab', '"Lab" is not a name of a cluster'],
  ['start ../lab', '"../lab" is not a name of a cluster'],
  ['stop a', '"a" is not a name of a cluster'],
  ['delete -- -', '"-" is not a name of a cluster'],
  ['retry LAB', '"LAB" is not a name of a cluster'],
  ['cancel 1lab', '"1lab" is not a name of a cluster'],
  ['upgrade lab.', '"lab." is not a name of a cluster'],
  ['events La', '"La" is not a name of a cluster'],
  ['images La', '"La" is not a name of a cluster'],
  ['image-delete busybox --name La', '"La" is not a name of a cluster'],
  ['load busybox --name La', '"La" is not a name of a cluster'],
  ['shell La', '"La" is not a name of a cluster'],
  ['logs La', '"La" is not a name of a cluster'],
  ['logs --job ../x', '"../x" is no id of a job'],
  ['kubeconfig --use', '--use says how to merge: add --merge'],
  ['kubeconfig --file x', '--file says how to merge: add --merge'],
  ['adopt x --name Lab', '"Lab" is not a name of a target'],
  ['install', "required option '--target <name>' not specified"],
  ['install --target LAB', '"LAB" is not a name of a target'],
  ['forget', "unknown command 'forget'"],
]

describe('minisub cluster, where there is none', () => {
  test('what is wrong is refused in words and with 2, before a core is started', async () => {
    for (const [args, words] of WRONG) {
      const { code, stderr } = await cli.minisub('cluster', ...args.split(' '))
      expect([code, stderr], args).toEqual([2, expect.stringContaining(words)])
    }
    expect(existsSync(join(cli.home, 'address.json'))).toBe(false)
  })

  test('the verbs that want one say how to make one', async () => {
    for (const verb of ['status', 'start', 'stop', 'retry', 'cancel', 'upgrade', 'logs', 'events', 'images', 'shell']) {
      const { code, stderr } = await cli.minisub('cluster', verb)
      expect([code, stderr], verb).toEqual([
        2,
        'error: there is no local cluster: make one with `minisub cluster create`\n',
      ])
    }
    const named = await cli.minisub('cluster', 'delete', 'lab', '--yes', '--json')
    expect([named.code, JSON.parse(named.stdout).error.code]).toEqual([2, 'not_found'])
    expect((await cli.minisub('cluster', 'list')).stdout).toMatch(/^no local clusters: make one with/)
    expect(JSON.parse((await cli.minisub('cluster', 'list', '--json')).stdout)).toMatchObject({ clusters: [] })
    const adopted = await cli.minisub('cluster', 'adopt', 'nowhere-at-all')
    expect([adopted.code, adopted.stderr]).toEqual([
      2,
      expect.stringContaining('no cluster of others has the context nowhere-at-all: '),
    ])
    const installed = await cli.minisub('cluster', 'install', '--target', 'none', '--dry-run')
    expect([installed.code, installed.stderr]).toEqual([2, expect.stringContaining('no cluster target none')])
  })
})

describe('minisub cluster check and create, without an engine', () => {
  test('the table has each fault with its fix, and it exits with 1', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const table = await cli.minisub('cluster', 'check', '--registry-port', port)
    const json = await cli.minisub('cluster', 'check', '--registry-port', port, '--json')
    server.close()
    expect([table.code, table.stderr]).toEqual([1, ''])
    expect(table.stdout).toMatch(/^error +Container engine +.*\n +fix: /m)
    expect(table.stdout).toMatch(new RegExp(`^error +Ports +.*${port}.*\\n +fix: `, 'm'))
    expect(table.stdout).toMatch(/\nthis machine cannot have the cluster now: \d+ errors, \d+ warnings?\n$/)
    const report: ClusterPreflight = JSON.parse(json.stdout)
    expect([json.code, report.ok]).toEqual([1, false])
    for (const { level, fix } of report.checks) if (level === 'error') expect(fix).toMatch(/\w/)
    expect(report.checks.find(({ id }) => id === 'ports')).toMatchObject({ level: 'error' })
  })

  test('a create shows what is wrong, begins nothing, and exits with 1', async () => {
    const { code, stdout, stderr } = await cli.minisub('cluster', 'create', '--download', '--json')
    expect([code, JSON.parse(stdout).error.code]).toEqual([1, 'cluster_preflight'])
    expect(stderr).toMatch(/^error +Container engine .*\n +fix: /m)
    expect(stderr).toMatch(/\nerror: .+: .+\n$/)
    expect((await cli.client().listClusters()).clusters).toEqual([])
  })

  test('a name that is taken is an error of the check', async () => {
    leave()
    const { code, stdout } = await cli.minisub('cluster', 'check', '--name', 'lab', '--json')
    const report: ClusterPreflight = JSON.parse(stdout)
    expect([code, report.checks.find(({ id }) => id === 'name')?.level]).toEqual([1, 'error'])
  })
})

describe('minisub cluster with a create that has failed', () => {
  beforeEach(() => leave())

  test('status says why, list has it, logs tell what was done, also by the job', async () => {
    const status = await cli.minisub('cluster', 'status')
    expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/^lab {2}failed\n {2}kind failed: look at/)])
    expect(status.stdout).toContain(`lab: create failed (${JOB})`)
    const view: LocalClusterView & { use: unknown } = JSON.parse(
      (await cli.minisub('cluster', 'status', '--json')).stdout,
    )
    expect(view).toMatchObject({ name: 'lab', state: 'failed', target: null, use: null, job: { status: 'failed' } })
    expect((await cli.minisub('cluster', 'list')).stdout).toMatch(/^CLUSTER .*\nlab +failed +- +kind-lab /)
    const log = await cli.minisub('cluster', 'logs', '-f')
    expect([log.code, log.stdout]).toEqual([0, expect.stringMatching(/^\d\d:\d\d:\d\d cluster \| Preparing nodes\n$/)])
    const line = await cli.minisub('cluster', 'logs', '--job', JOB, '--json')
    expect(JSON.parse(line.stdout)).toEqual({ at: AT, step: 'cluster', text: 'Preparing \u001b[2Jnodes' })
  })

  test('it has no kubeconfig to print and no shell, and is not used as if it were whole', async () => {
    for (const verb of ['kubeconfig', 'shell']) {
      const { code, stderr } = await cli.minisub('cluster', verb)
      const words = expect.stringContaining(
        'the cluster lab is failed and has no kubeconfig yet: see minisub cluster status',
      )
      expect([code, stderr], verb).toEqual([2, words])
    }
    for (const verb of ['start', 'upgrade']) {
      const { code, stderr } = await cli.minisub('cluster', verb)
      expect([code, stderr], verb).toEqual([2, expect.stringContaining('was not made to its end')])
    }
    const cancelled = await cli.minisub('cluster', 'cancel')
    expect([cancelled.code, cancelled.stderr]).toEqual([2, 'error: nothing goes on with the cluster lab\n'])
  })

  test('deleting asks, and a job that cannot be done tells its fault and exits with 1', async () => {
    const asked = await cli.minisub('cluster', 'delete')
    expect([asked.code, asked.stderr]).toEqual([2, 'error: there is no terminal to ask on: add --yes\n'])
    const deleted = await cli.minisub('cluster', 'delete', '--yes', '--json')
    const job: ClusterJobView = JSON.parse(deleted.stdout)
    expect(job).toMatchObject({ kind: 'delete', status: 'failed', problem: { code: 'engine_unavailable' } })
    expect(deleted.code).toBe(1)
    expect(deleted.stderr).toMatch(/^\d\d:\d\d:\d\d .+ started$/m)
    expect(deleted.stderr).toMatch(/\nerror: .+\nwhat was done: minisub cluster logs --job [0-9a-z]{26}\n$/)
    const detached = await cli.minisub('cluster', 'delete', '--yes', '--detach')
    expect([detached.code, detached.stdout]).toEqual([0, expect.stringMatching(/^[0-9a-z]{26}\n$/)])
    const client = cli.client()
    await until('it is over', async () => (await client.showCluster({ name: 'lab' })).job?.status === 'failed')
  })

  test('on a terminal only yes deletes, and the job is drawn', async () => {
    const kept = await minisubOnTerminal(cli, [['[y/N]', 'n\r']], 'cluster', 'delete')
    expect([kept.code, kept.shown]).toEqual([130, expect.stringContaining('nothing was deleted')])
    const { code, shown } = await minisubOnTerminal(cli, [['[y/N]', 'y\r']], 'cluster', 'delete', 'lab')
    expect(shown).toContain('delete the cluster lab, its target, and all that its store and registry hold? [y/N]')
    expect(shown).toContain('░')
    expect(shown).toContain('lab: delete failed')
    expect(code).toBe(1)
  })

  test('a retry that fails is kept without a terminal, and on one it asks what to do', async () => {
    const { code, stderr } = await cli.minisub('cluster', 'retry')
    expect([code, stderr]).toEqual([1, expect.stringContaining('kept: minisub cluster retry lab')])
    const question = 'what was half made: delete it, try again, or keep it for a look? [delete/retry/keep]'
    const asked = await minisubOnTerminal(
      cli,
      [
        [question, 'what\r'],
        [question, 'r\r'],
        [question, 'keep\r'],
      ],
      'cluster',
      'retry',
    )
    expect(asked.shown.split('lab: create failed').length).toBeGreaterThan(2)
    expect([asked.code, asked.shown]).toEqual([1, expect.stringContaining('kept: minisub cluster retry lab')])
  })
})

describe('minisub cluster with several clusters', () => {
  test('one must be named, unless one is the local-cluster', async () => {
    leave()
    leave({ ...LAB, name: 'other' })
    const { code, stderr } = await cli.minisub('cluster', 'status')
    expect([code, stderr]).toEqual([2, 'error: there are several local clusters: name one of lab, other\n'])
    expect((await cli.minisub('cluster', 'status', 'other')).stdout).toMatch(/^other {2}failed\n/)
    expect((await cli.minisub('cluster', 'status', 'othr')).stderr).toContain('did you mean "other"?')
    leave({ ...LAB, name: 'local-cluster' })
    expect((await cli.minisub('cluster', 'status')).stdout).toMatch(/^local-cluster {2}failed\n/)
  })
})

describe('the kubeconfig of a cluster', () => {
  test('is a line that a shell takes, and the environment of a shell whose exit code counts', async () => {
    leave({ ...LAB, state: 'made' })
    const file = writeKubeconfig('lab')
    const printed = await cli.minisub('cluster', 'kubeconfig')
    expect(printed.stdout).toBe(`# kubeconfig of lab alone, context kind-lab\nexport KUBECONFIG=${file}\n`)
    const json = await cli.minisub('cluster', 'kubeconfig', 'lab', '--json')
    expect(JSON.parse(json.stdout)).toEqual({ file, context: 'kind-lab' })
    vi.stubEnv('SHELL', '/bin/sh')
    vi.stubEnv('PATH', '/nowhere')
    await cli[Symbol.asyncDispose]()
    cli = await openCliSandbox()
    mkdirSync(cli.home, { mode: 0o700 })
    withoutEngine(cli.home)
    leave({ ...LAB, state: 'made' })
    const own = writeKubeconfig('lab')
    const shell = await cli.minisubWith('echo "$KUBECONFIG $MINISUB_CONTEXT"; exit 3', 'cluster', 'shell')
    expect([shell.code, shell.stdout]).toEqual([3, `${own} kind-lab\n`])
    expect(shell.stderr).toContain('lab is unreachable: ')
    expect(shell.stderr).toContain('kubectl is not on PATH')
    const killed = await cli.minisubWith('kill -9 $$', 'cluster', 'shell')
    expect(killed.code).toBe(137)
  })
})

test('doctor has a row of what a running core knows of local clusters', async () => {
  leave()
  await cli.minisub('cluster', 'list')
  const { stdout } = await cli.minisub('doctor')
  expect(stdout).toMatch(
    /^warning +local cluster +lab is failed: kind failed: .*\n +fix: see minisub cluster status lab$/m,
  )
})

/** A kubeconfig whose current context is the only one. */
function kubeconfigOf(context: string): string {
  const clusters = [{ name: context, cluster: { server: 'https://127.0.0.1:9' } }]
  const contexts = [{ name: context, context: { cluster: context, user: context } }]
  const users = [{ name: context, user: { token: 'x' } }]
  return JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': context, clusters, contexts, users })
}

/** A sandbox whose commands and core have KUBECONFIG set to a file in its folder. */
async function reopenWithKubeconfig(content: string): Promise<string> {
  await cli[Symbol.asyncDispose]()
  const folder = mkdtempSync(join(tmpdir(), 'minisub-kube-'))
  const file = join(folder, 'config')
  vi.stubEnv('KUBECONFIG', file)
  cli = await openCliSandbox()
  writeFileSync(file, content)
  mkdirSync(cli.home, { mode: 0o700 })
  withoutEngine(cli.home)
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return file
}

describe('kubeconfig files of the user', () => {
  test('a cluster of others becomes a target with context and kubeconfig filled in', async () => {
    const file = await reopenWithKubeconfig(kubeconfigOf('docker-desktop'))
    expect((await cli.minisub('cluster', 'list')).stdout).toMatch(
      /\ndocker-desktop +Docker Desktop +unknown +docker-desktop +-\n$/,
    )
    const told = await cli.minisub('cluster', 'adopt', 'docker-desktop')
    const command = `minisub target add docker-desktop --kubeconfig ${file} --context docker-desktop --registry HOST/PATH`
    expect([told.code, told.stdout]).toEqual([0, `${command} --endpoint URL --bucket NAME\n`])
    const where = ['--registry', 'localhost:5001', '--endpoint', 'http://127.0.0.1:9000', '--bucket', 'artifacts']
    const keys = ['--access-key', 's3/access', '--secret-key', 's3/secret']
    const added = await cli.minisub('cluster', 'adopt', 'docker-desktop', '--name', 'desk', ...where, ...keys, '--json')
    expect([added.code, JSON.parse(added.stdout)]).toMatchObject([
      0,
      { name: 'desk', profile: { context: 'docker-desktop', kubeconfig: [file], namespace: 'default' } },
    ])
    const { found } = await cli.client().listClusters()
    expect(found).toMatchObject([{ context: 'docker-desktop', targets: ['desk'] }])
    const unknown = await cli.minisub('cluster', 'adopt', 'docker-desktp')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('there are docker-desktop')])
  })

  test('get the context of a cluster only when asked to, and keep theirs as the current one', async () => {
    const file = await reopenWithKubeconfig(kubeconfigOf('mine'))
    leave({ ...LAB, state: 'made' })
    writeKubeconfig('lab', kubeconfigOf('kind-lab'))
    await cli.minisub('cluster', 'kubeconfig')
    expect(readFileSync(file, 'utf8')).toBe(kubeconfigOf('mine'))
    const merged = await cli.minisub('cluster', 'kubeconfig', '--merge')
    expect([merged.code, merged.stdout]).toEqual([0, `${file} has the context kind-lab\n`])
    const after = parse(readFileSync(file, 'utf8'))
    expect(after.contexts.map(({ name }: { name: string }) => name)).toEqual(['mine', 'kind-lab'])
    expect(after['current-context']).toBe('mine')
    const other = await cli.minisub('cluster', 'kubeconfig', 'lab', '--merge', '--file', 'own', '--use', '--json')
    expect(JSON.parse(other.stdout)).toEqual({ file: join(cli.folder, 'own'), context: 'kind-lab' })
    expect(parse(readFileSync(join(cli.folder, 'own'), 'utf8'))['current-context']).toBe('kind-lab')
  })
})

describeWithDocker('minisub cluster create, where kind alone is missing', () => {
  let folder: string
  beforeEach(async () => {
    await cli[Symbol.asyncDispose]()
    folder = mkdtempSync(join(tmpdir(), 'minisub-path-'))
    symlinkSync(execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim(), join(folder, 'docker'))
    vi.stubEnv('PATH', folder)
    cli = await openCliSandbox()
    // The core is started here, with that PATH.
    await cli.minisub('settings', 'set', 'cluster.kindMirror', 'https://mirror.example/kind')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const SUM = /; v[\d.]+ is downloaded from https:\/\/mirror\.example\/kind\/v\S+ \(sha256 [0-9a-f]{64}\)/

  test('it says what it would download and how to allow that, and begins nothing', async () => {
    const { code, stderr } = await cli.minisub('cluster', 'create', '--name', 'cli-none')
    expect([code, stderr]).toEqual([1, expect.stringMatching(SUM)])
    expect(stderr).toMatch(/: add --download, or install kind\n$/)
    expect((await cli.client().listClusters()).clusters).toEqual([])
  })

  test('on a terminal it asks, and a no ends with what is missing', async () => {
    vi.unstubAllEnvs()
    const answers = [['download it? [y/N]', 'n\r']] as const
    const { code, shown } = await minisubOnTerminal(cli, answers, 'cluster', 'create', '--name', 'cli-none')
    expect(shown).toMatch(SUM)
    expect(shown).toMatch(/error: kind is not on PATH: allow the download of kind/)
    expect(code).toBe(1)
    expect((await cli.client().listClusters()).clusters).toEqual([])
  })

  test('Ctrl-C gives a create up, waits until it is taken back, and exits with 130', async () => {
    await using mirror = await slowMirror()
    await cli.minisub('settings', 'set', 'cluster.kindMirror', mirror.url)
    const started = cli.start('cluster', 'create', '--download', '--name', 'cli-none')
    await until('kind is being downloaded', () => mirror.asked() > 0)
    const detached = await cli.minisub('cluster', 'create', '--download', '--name', 'cli-other')
    expect([detached.code, detached.stderr]).toEqual([2, expect.stringContaining('job create of the cluster cli-none')])
    started.child.kill('SIGINT')
    const { code, stdout, stderr } = await started.finished
    expect([code, stdout]).toEqual([130, 'cli-none: create was given up; nothing of it is left\n'])
    expect(stderr).toContain('giving it up; press Ctrl-C again to leave at once')
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d Find kind cancelled after /m)
    expect((await cli.client().listClusters()).clusters).toEqual([])
  })

  test('a create goes on when its core is killed, and what fails before anything was made leaves nothing', async () => {
    await using mirror = await slowMirror()
    await cli.minisub('settings', 'set', 'cluster.kindMirror', mirror.url)
    const started = cli.start('cluster', 'create', '--download', '--name', 'cli-none', '--json')
    await until('kind is being downloaded', () => mirror.asked() === 1)
    process.kill(cli.corePid(), 'SIGKILL')
    await until('the next core downloads it', () => mirror.asked() === 2)
    mirror.finish()
    const { code, stdout, stderr } = await started.finished
    const job: ClusterJobView = JSON.parse(stdout)
    expect(job).toMatchObject({ status: 'failed', problem: { code: 'kind_unavailable' } })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/\nerror: what .* gave has the sha256 .*\nnothing of it was made\n$/),
    ])
    expect((await cli.client().listClusters()).clusters).toEqual([])
    const again = await cli.minisub('cluster', 'logs', '--job', job.id)
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(' kind | ')])
  })
})

/** Sends the beginning of something that is no kind, and the rest when it is told to. */
async function slowMirror(): Promise<AsyncDisposable & { url: string; asked: () => number; finish: () => void }> {
  const open: ServerResponse[] = []
  const server = createHttpServer((_, response) => {
    open.push(response.writeHead(200))
    response.write('no kind')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/kind`,
    asked: () => open.length,
    finish: () => open.forEach((response) => response.end()),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
