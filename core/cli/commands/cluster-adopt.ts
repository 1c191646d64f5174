import { Problem } from '#core/base/problem.ts'
import { TARGET_NAME } from '#core/contract/cluster-targets.ts'
import { clusterName, type FoundCluster } from '#core/contract/local-clusters.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { withLiveLine } from '#core/cli/live-line.ts'
import type { ProfileFlags } from '#core/cli/target-profile.ts'
import { counted, plainText, shellWord } from '#core/cli/text.ts'
import { addTargetCommand } from './target-edit.ts'

type InstallFlags = { readonly target: string; readonly namespaced?: boolean; readonly dryRun?: boolean }

/**
 * `minisub cluster adopt CONTEXT`: adds a target that leads to a cluster of somebody else. Where registry and bucket are not
 * named it prints the command that does so, with what is known filled in.
 */
export async function adoptClusterCommand(
  wanted: string,
  flags: ProfileFlags & { readonly name?: string },
  context: Context,
): Promise<number> {
  const { name: given, ...profile } = flags
  const name = checkedTarget(given ?? targetNameOf(wanted))
  const client = await connect(context.home)
  const { found } = await client.listClusters()
  const cluster = leadingTo(found, wanted)
  const known = { ...profile, kubeconfig: profile.kubeconfig ?? cluster.kubeconfig, context: cluster.context }
  if (profile.from !== undefined || (profile.registry ?? profile.endpoint ?? profile.bucket) !== undefined) {
    return addTargetCommand(name, known, context)
  }
  const files = cluster.kubeconfig.map((file) => `--kubeconfig ${shellWord(file)} `).join('')
  const of = `minisub target add ${name} ${files}--context ${shellWord(cluster.context)}`
  const command = `${of} --registry HOST/PATH --endpoint URL --bucket NAME`
  if (context.json) await printJson({ cluster, command })
  else {
    say(`${plainText(cluster.name)} of ${plainText(cluster.tool)} needs a registry and a bucket as a target:`)
    await print(`${plainText(command)}\n`)
  }
  return EXIT.succeeded
}

/** `minisub cluster install --target T`: with --dry-run the YAML on stdout. Ctrl-C gives it up. */
export async function installClusterCommand(flags: InstallFlags, context: Context): Promise<number> {
  const { namespaced = false, dryRun = false } = flags
  const target = checkedTarget(flags.target)
  const client = await connect(context.home)
  const done = await withLiveLine(`installing into ${target}`, (options) =>
    client.installIntoTarget({ target, namespaced, dryRun }, options),
  )
  if (done === undefined) return EXIT.cancelled
  if (context.json) await printJson(done)
  else if (dryRun) await print(done.yaml)
  else {
    const lines = done.objects.map((object) => `${plainText(object)}\n`).join('')
    await print(
      `${lines}${target} has ${counted(done.objects.length, 'object')}: check it with \`minisub target test ${target}\`\n`,
    )
  }
  return EXIT.succeeded
}

function leadingTo(found: readonly FoundCluster[], wanted: string): FoundCluster & { readonly context: string } {
  const cluster = found.find(({ context, name }) => context === wanted || (context !== null && name === wanted))
  if (cluster !== undefined && cluster.context !== null) return { ...cluster, context: cluster.context }
  const known = found.flatMap(({ context }) => context ?? [])
  const ones = known.length === 0 ? 'none was found on this machine' : `there are ${known.join(', ')}`
  throw new Problem('not_found', `no cluster of others has the context ${plainText(wanted)}: ${ones}`)
}

/** A context as the name of a target: `k3d-lab@ada` is `k3d-lab-ada`. */
function targetNameOf(context: string): string {
  const letters = context.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return letters
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '')
}

function checkedTarget(name: string): string {
  if (TARGET_NAME.test(name)) return name
  const fault = clusterName.safeParse(name).error?.issues[0]?.message.replace('a cluster', 'a target')
  throw new Problem('invalid_value', `${JSON.stringify(name)} is ${fault ?? 'no name of a target'}`)
}
