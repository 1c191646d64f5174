import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { checkedName, chosenCluster } from '#core/cli/cluster-name.ts'
import { openClusterShell } from '#core/cli/cluster-shell.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { withLiveLine } from '#core/cli/live-line.ts'
import { usualKubeconfig } from '#core/cli/target-profile.ts'
import { plainText, shellWord } from '#core/cli/text.ts'

type Named = { readonly name?: string }
type MergeFlags = { readonly merge?: boolean; readonly file?: string; readonly use?: boolean }

/** `minisub cluster load IMAGE`; Ctrl-C gives it up. */
export async function loadImageCommand(image: string, { name }: Named, context: Context): Promise<number> {
  checkedName(name)
  const client = await connect(context.home)
  const cluster = await chosenCluster(client, name)
  const loaded = await withLiveLine(`loading ${plainText(image)}`, (options) =>
    client.loadClusterImage({ name: cluster, image }, options),
  )
  if (loaded === undefined) return EXIT.cancelled
  const words = { registry: 'by its registry', archive: 'as an archive', present: 'which it had' }
  const line = `${cluster} has ${loaded.reference} (${words[loaded.by]})`
  await (context.json ? printJson(loaded) : print(`${plainText(line)}\n`))
  return EXIT.succeeded
}

/** `minisub cluster image-delete IMAGE`. */
export async function deleteImageCommand(image: string, { name }: Named, context: Context): Promise<number> {
  checkedName(name)
  const client = await connect(context.home)
  const cluster = await chosenCluster(client, name)
  await client.deleteClusterImage({ name: cluster, image })
  const line = `deleted ${plainText(image)} from the nodes of ${cluster}\n`
  await (context.json ? printJson({ deleted: image, cluster }) : print(line))
  return EXIT.succeeded
}

/** `minisub cluster kubeconfig`: a line for the shell, or with --merge the context in a file of the user. */
export async function clusterKubeconfigCommand(
  name: string | undefined,
  { merge = false, file, use = false }: MergeFlags,
  context: Context,
): Promise<number> {
  if (!merge && (file !== undefined || use)) {
    throw new Problem('usage', `${use ? '--use' : '--file'} says how to merge: add --merge`)
  }
  const { client, view } = await madeCluster(name, context)
  if (!merge) {
    const { context: of, kubeconfig } = view
    const lines = `# kubeconfig of ${view.name} alone, context ${of}\nexport KUBECONFIG=${shellWord(kubeconfig)}\n`
    await (context.json ? printJson({ file: kubeconfig, context: of }) : print(lines))
    return EXIT.succeeded
  }
  const into = file === undefined ? usualKubeconfig()[0] : resolve(file)
  const wish = { name: view.name, use, ...(into === undefined ? {} : { file: into }) }
  const merged = await client.mergeClusterKubeconfig(wish)
  const line = `${merged.file} has the context ${merged.context}${use ? ', which is the current one now' : ''}`
  await (context.json ? printJson(merged) : print(`${plainText(line)}\n`))
  return EXIT.succeeded
}

/** `minisub cluster shell`; its exit code is that of the shell. */
export async function clusterShellCommand(name: string | undefined, _flags: object, context: Context): Promise<number> {
  const { view } = await madeCluster(name, context)
  if (view.state !== 'ready')
    say(`${view.name} is ${view.state}${view.reason === null ? '' : `: ${plainText(view.reason)}`}`)
  return openClusterShell(view)
}

/** A cluster whose kubeconfig is written. Throws Problem `conflict` for one that is not so far. */
async function madeCluster(name: string | undefined, context: Context) {
  checkedName(name)
  const client = await connect(context.home)
  const view: LocalClusterView = await client.showCluster({ name: await chosenCluster(client, name) })
  if (existsSync(view.kubeconfig)) return { client, view }
  const why = `the cluster ${view.name} is ${view.state} and has no kubeconfig yet`
  throw new Problem('conflict', `${why}: see minisub cluster status ${view.name}`)
}
