import { Option, type Command } from 'commander'
import type { ProfileFlags } from './target-profile.ts'
import { adderTo, collect, JSON_FLAG, JSON_HELP, type Setup } from './program-setup.ts'

const load = () => import('./commands/target.ts')
const loadEdit = () => import('./commands/target-edit.ts')

const ADD = `minisub target add lab --registry registry.example/team --endpoint https://s3.example --bucket artifacts`

/** The group `target`: clusters that runs can play on. */
export function addTargetCommand({ add, run }: Setup): void {
  const sub = adderTo(
    add('target', 'keep clusters as places to run on, and check all that a run needs there', [
      `${ADD} --context lab --namespace ml --service-account pipeline`,
      'minisub target test lab',
      'minisub run pipeline.yaml --target lab',
    ]),
  )
  const adding = sub('add <name>', 'keep a cluster target; credentials of the bucket are asked for', [
    `${ADD} --namespace ml --service-account pipeline`,
    `${ADD} --access-key-env S3_ACCESS_KEY --secret-key-env S3_SECRET_KEY`,
    `${ADD} --access-key bucket/access --secret-key bucket/secret --node-selector pool=ml --label team=wine`,
    'minisub target add lab --from lab.yaml',
  ])
  withProfileFlags(adding).action(async (name: string, options: ProfileFlags, command: Command) => {
    await run(command, async (context) => (await loadEdit()).addTargetCommand(name, options, context))
  })
  const editing = sub('edit <name>', 'change what the flags name, or with --from everything', [
    'minisub target edit lab --registry registry.example/other --parallelism 20',
    "minisub target edit lab --image-pull-secret '' --node-selector ''",
    'minisub target show lab > lab.yaml && vi lab.yaml && minisub target edit lab --from lab.yaml',
  ])
  withProfileFlags(editing)
  // What is not named stays as it is.
  for (const option of editing.options) option.description = option.description.replace(/ \(default.*\)$/, '')
  editing.action(async (name: string, options: ProfileFlags, command: Command) => {
    await run(command, async (context) => (await loadEdit()).editTargetCommand(name, options, context))
  })
  addVerbs({ run, add: sub })
}

function addVerbs({ add, run }: Pick<Setup, 'add' | 'run'>): void {
  add('list', 'list the cluster targets; no cluster is asked', ['minisub target list', 'minisub target list --json'])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (options, command: Command) => {
      await run(command, async (context) => (await load()).listTargetCommand(options, context))
    })
  add('show <name>', 'print the profile of a target as YAML, as --from takes it', [
    'minisub target show lab',
    'minisub target show lab > lab.yaml',
  ])
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).showTargetCommand(name, options, context))
    })
  add('test <name>', 'check everything that a run needs there, with a fix for each fault', [
    'minisub target test lab',
    'minisub target test lab --json > report.json',
  ])
    .option(JSON_FLAG, 'print the report as one JSON object on stdout when it is complete')
    .action(async (name: string, options, command: Command) => {
      await run(command, async (context) => (await load()).testTargetCommand(name, options, context))
    })
  add('delete <name>', 'forget a target; nothing in the cluster is touched', [
    'minisub target delete lab',
    'minisub target delete lab --yes',
  ])
    .option('--yes', 'do not ask')
    .option(JSON_FLAG, JSON_HELP)
    .action(async (name: string, options: { yes?: boolean }, command: Command) => {
      await run(command, async (context) => (await load()).deleteTargetCommand(name, options, context))
    })
}

/** Adds the flags that name each field of a profile. An empty text takes a field back that may be absent. */
export function withProfileFlags(command: Command): Command {
  return command
    .option(
      '--kubeconfig <file>',
      'kubeconfig file, may be repeated (default: KUBECONFIG, else ~/.kube/config)',
      collect,
    )
    .option('--context <name>', 'context of the cluster (default: the current one)')
    .option('--namespace <name>', 'namespace that everything is made in (default: that of the context)')
    .option('--service-account <name>', 'service account that pods run as (default: default)')
    .option('--registry <host/path>', 'where images are pushed to')
    .option('--endpoint <url>', 'address of the S3 store')
    .option('--cluster-endpoint <url>', 'address of the S3 store as pods see it, where that is another one')
    .option('--bucket <name>', 'bucket of the artifacts')
    .option('--prefix <folders/>', 'begins every key of the bucket')
    .option('--region <name>', 'region of the bucket (default: us-east-1)')
    .option('--path-style', 'the bucket stands in the path of the address (default)')
    .option('--no-path-style', 'the bucket is a host of the address')
    .option('--access-key <secret/key>', 'secret of this data folder with the access key of the bucket')
    .option('--secret-key <secret/key>', 'secret of this data folder with the secret key of the bucket')
    .option('--access-key-env <variable>', 'keep the value of this variable as the access key, as secret target-NAME')
    .option('--secret-key-env <variable>', 'keep the value of this variable as the secret key, as secret target-NAME')
    .option('--platform <platform>', 'platform of the nodes: linux/amd64 or linux/arm64')
    .option('--node-selector <key=value>', 'label of the nodes that steps run on; may be repeated', collect)
    .option('--toleration <json>', 'toleration as Kubernetes writes it; may be repeated', collect)
    .option('--image-pull-secret <name>', 'Secret of the namespace that images are pulled with')
    .option('--parallelism <n>', 'how many pods of one run may run at once')
    .option('--label <key=value>', 'label of all that a run makes; may be repeated', collect)
    .addOption(new Option('--from <file>', 'profile as YAML or JSON; other flags win over it'))
    .option(JSON_FLAG, JSON_HELP)
}
