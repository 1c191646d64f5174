import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { openCliSandbox, type CliSandbox, type Started } from './cli-sandbox.ts'

/** Image of kind's nodes that tests use; that of the program where empty. */
export const KIND_IMAGE = process.env['KUBE_LAB_KIND_IMAGE'] ?? ''

/** A core in a process of its own that may be killed, and what its job is doing. */
export type KindCore = AsyncDisposable & {
  readonly sandbox: CliSandbox
  start(): Promise<void>
  /** With -9, as a crash would. */
  kill(): Promise<void>
  /** The job once it holds; throws after twelve minutes. */
  untilJob(job: string, holds: (view: ClusterJobView) => boolean): Promise<ClusterJobView>
  /** Names of what the engine has of a cluster: containers, networks, and volumes, those without a name by theirs. */
  engineNames(cluster: string): string[]
  /** Whether the engine has one of these. */
  engineHas(names: readonly string[]): boolean
  /** What the data folder has of clusters. */
  clusterFiles(): string[]
  /** Has the core believe that an older version installed these versions. */
  madeBy(cluster: string, installed: Readonly<Record<string, string>>): void
}

const LIMIT_MS = 720_000

export async function openKindCore(): Promise<KindCore> {
  const sandbox = await openCliSandbox()
  let core: Started | undefined
  const start = async (): Promise<void> => {
    const started = sandbox.start('serve', '--json')
    core = started
    await new Promise<void>((resolve, reject) => {
      started.child.stdout?.once('data', () => resolve())
      void started.finished.then(({ stderr, code }) => reject(new Error(`the core ended with ${code}: ${stderr}`)))
    })
  }
  return {
    sandbox,
    start,
    kill: async () => {
      core?.child.kill('SIGKILL')
      await core?.finished
    },
    untilJob: async (job, holds) => {
      for (const end = Date.now() + LIMIT_MS; Date.now() < end; await sleep(20)) {
        const { job: view, lines } = await sandbox.client().readClusterLog({ job })
        if (holds(view)) return view
        if (view.status === 'running') continue
        const log = lines.map(({ step, text }) => `${step} ${text}`).slice(-40)
        throw new Error(`the job ended as ${view.status}: ${JSON.stringify(view.problem)}\n${log.join('\n')}`)
      }
      throw new Error('the job did not come so far')
    },
    engineNames: (cluster) => [
      ...allNames().filter((name) => name.includes(cluster)),
      ...docker('ps', '-aq', '--filter', `label=io.x-k8s.kind.cluster=${cluster}`).flatMap((node) =>
        docker('inspect', '--format', '{{range .Mounts}}{{println .Name}}{{end}}', node),
      ),
    ],
    engineHas: (names) => allNames().some((name) => names.includes(name)),
    clusterFiles: () => {
      const folder = join(sandbox.home, 'local-clusters')
      return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
    },
    madeBy: (cluster, installed) => {
      const db = new Database(join(sandbox.home, 'workbench.db'))
      const older = `UPDATE local_clusters SET body = json_patch(body, ?) WHERE name = ?`
      db.prepare(older).run(JSON.stringify({ installed }), cluster)
      db.close()
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

function allNames(): string[] {
  return [
    ...docker('ps', '-a', '--format', '{{.Names}}'),
    ...docker('network', 'ls', '--format', '{{.Name}}'),
    ...docker('volume', 'ls', '--format', '{{.Name}}'),
  ]
}

function docker(...args: readonly string[]): string[] {
  return execFileSync('docker', args, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
}
