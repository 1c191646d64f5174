import type { Command } from 'commander'
import type { CreateFlags } from './commands/cluster-create.ts'
import type { ProfileFlags } from './target-profile.ts'
import { addClusterJobs } from './program-cluster-jobs.ts'
import { addClusterViews } from './program-cluster-views.ts'
import { adderTo, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'
import { withProfileFlags } from './program-target.ts'

const load = () => import('./commands/cluster-create.ts')
const loadAdopt = () => import('./commands/cluster-adopt.ts')

/** The group `cluster`: clusters of this machine. */
export function addClusterCommands({ add, run }: Setup): void {
  const sub = adderTo(
    add('cluster', 'make a local Kubernetes cluster with all that pipelines need, and take it away again', [
      'minisub cluster check',
      'minisub cluster create',
      'minisub run pipeline.yaml --target local-cluster',
      'minisub cluster delete',
    ]),
  )
  const setup = { add: sub, run }
  addMaking(setup)
  addClusterJobs(setup)
  addClusterViews(setup)
  addOthers(setup)
}

function addMaking({ add, run }: Pick<Setup, 'add' | 'run'>): void {
  withFormFlags(
    add('check', 'say what this machine has of what a local cluster needs, with a fix for each fault', [
      'minisub cluster check',
      'minisub cluster check --workers 2 --registry-port 5001',
      'minisub cluster check --json > report.json',
    ]),
  )
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options: CreateFlags, command: Command) => {
      await run(command, async (context) => (await load()).checkClusterCommand(options, context))
    })
  withFormFlags(
    add('create', 'make a local cluster: kind, Argo Workflows, an S3 store and a registry; it becomes a target', [
      'minisub cluster create',
      'minisub cluster create --download --detach',
      'minisub cluster create --name lab --workers 2 --quota-cpu 8 --quota-memory 16Gi',
      'minisub cluster create --node-image mirror.example/kindest/node:v1.34.0',
    ]),
  )
    .option('--yes', 'ask nothing: kind may be downloaded, and what fails is deleted')
    .option('--keep', 'keep what was half made where it fails')
    .option('--detach', 'return as soon as the job has begun, and print its id')
    .option(JSON_FLAG, 'print the job as one JSON object on stdout when it has ended')
    .action(async (options: CreateFlags, command: Command) => {
      await run(command, async (context) => (await load()).createClusterCommand(options, context))
    })
}

function addOthers({ add, run }: Pick<Setup, 'add' | 'run'>): void {
  const adopting = add(
    'adopt <context>',
    'make a target of a cluster that others made: kind, k3d, minikube and the like',
    [
      'minisub cluster list',
      'minisub cluster adopt minikube',
      'minisub cluster adopt k3d-lab --registry localhost:5001 --endpoint http://127.0.0.1:9000 --bucket artifacts',
    ],
  )
  withProfileFlags(adopting)
    .option('--name <name>', 'name of the target (default: that of the context)')
    .action(async (name: string, options: ProfileFlags & { name?: string }, command: Command) => {
      await run(command, async (context) => (await loadAdopt()).adoptClusterCommand(name, options, context))
    })
  add('install', 'put into the cluster of a target what a local cluster has: Argo Workflows, rights, a store', [
    'minisub cluster install --target lab --dry-run | less',
    'minisub cluster install --target lab --namespaced',
  ])
    .requiredOption('--target <name>', 'a cluster target, see minisub target list')
    .option('--namespaced', 'only into the namespace of the target')
    .option('--dry-run', 'print it as YAML; nothing is changed')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await loadAdopt()).installClusterCommand(options, context))
    })
}

/** What the cluster is to be like. */
function withFormFlags(command: Command): Command {
  return command
    .option('--name <name>', 'name of the cluster and of its target (default: local-cluster)')
    .option('--node-image <image>', 'image of the nodes (default: that of this version, or of cluster.nodeImage)')
    .option('--workers <n>', 'nodes beside the first one, at most 8 (default: 0)')
    .option('--api-port <n>', 'port of the API server on 127.0.0.1 (default: a free one)')
    .option('--registry-port <n>', 'port of the registry on 127.0.0.1 (default: a free one)')
    .option('--store-port <n>', 'port of the S3 store on 127.0.0.1 (default: a free one)')
    .option('--config <file>', 'configuration of kind, which ours is laid over')
    .option('--quota-cpu <cores>', 'that all pods of runs may ask for together, as 8 or 500m (default: no quota)')
    .option('--quota-memory <size>', 'that all pods of runs may ask for together, as 16Gi (default: no quota)')
    .option('--default-cpu <cores>', 'of a container that asks for nothing (default: none)')
    .option('--default-memory <size>', 'of a container that asks for nothing (default: none)')
    .option('--download', 'download kind where PATH has none that fits')
    .option('--deadline <minutes>', 'give it up after so long, at most 240 (default: 20)')
}
