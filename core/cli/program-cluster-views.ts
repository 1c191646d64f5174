import type { Command } from 'commander'
import { JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/cluster-show.ts')
const loadUse = () => import('./commands/cluster-use.ts')

type Verbs = Pick<Setup, 'add' | 'run'>

/** What looks at a cluster and works with one, below the group `cluster`. */
export function addClusterViews({ add, run }: Verbs): void {
  add('list', 'list the local clusters, and those that others made on this machine', ['minisub cluster list'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listClustersCommand(options, context))
    })
  add('status [name]', 'show a local cluster: state, nodes, ports, versions, use', [
    'minisub cluster status',
    'minisub cluster status lab --json',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).clusterStatusCommand(name, options, context))
    })
  add('logs [name]', 'print what the latest job of a local cluster did, or another job', [
    'minisub cluster logs -f',
    'minisub cluster logs --job 01kc2m3n4p5q6r7s8t9v0w1x2y',
  ])
    .option('--job <id>', 'the job, also of a cluster that is gone')
    .option('-f, --follow', 'go on until it is over')
    .option(JSON_FLAG, 'print each line as a JSON object')
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).clusterLogsCommand(name, options, context))
    })
  add('events [name]', 'list the latest events of a local cluster', ['minisub cluster events'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).clusterEventsCommand(name, options, context))
    })
  addImages({ add, run })
  addAccess({ add, run })
}

function addImages({ add, run }: Verbs): void {
  add('images [name]', 'list the images that the nodes of a local cluster hold', ['minisub cluster images'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await load()).clusterImagesCommand(name, options, context))
    })
  add('image-delete <image>', 'remove an image from the nodes of a local cluster', [
    'minisub cluster image-delete busybox:1.35',
  ])
    .option('--name <name>', 'the cluster (default: local-cluster, or the only one)')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (image: string, options, command: Command) => {
      await run(command, async (context) => (await loadUse()).deleteImageCommand(image, options, context))
    })
  add('load <image>', 'give an image of the container engine to a local cluster', [
    'minisub cluster load team/train:3',
    'minisub cluster load team/train:3 --name lab',
  ])
    .option('--name <name>', 'the cluster (default: local-cluster, or the only one)')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (image: string, options, command: Command) => {
      await run(command, async (context) => (await loadUse()).loadImageCommand(image, options, context))
    })
}

function addAccess({ add, run }: Verbs): void {
  add('kubeconfig [name]', 'print the line with which kubectl uses a local cluster, or merge its context into a file', [
    'eval "$(minisub cluster kubeconfig)"',
    'minisub cluster kubeconfig --merge',
    'minisub cluster kubeconfig lab --merge --file ~/.kube/config --use',
  ])
    .option('--merge', 'add the context to a kubeconfig file, which stays as it is else')
    .option('--file <file>', 'that file (default: the first of KUBECONFIG, else ~/.kube/config)')
    .option('--use', 'make it the current context there')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string | undefined, options, command: Command) => {
      await run(command, async (context) => (await loadUse()).clusterKubeconfigCommand(name, options, context))
    })
  add('shell [name]', 'open a shell in which kubectl has the context of a local cluster', [
    'minisub cluster shell',
    'echo kubectl get nodes | minisub cluster shell lab',
  ]).action(async (name: string | undefined, options, command: Command) => {
    await run(command, async (context) => (await loadUse()).clusterShellCommand(name, options, context))
  })
}
