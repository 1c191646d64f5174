import { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { readCheckLine, type TargetReport } from '#core/contract/target-report.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { openInterrupt } from '#core/cli/interrupt.ts'
import { openLiveScreen } from '#core/cli/live-screen.ts'
import { askYes } from '#core/cli/ask-yes.ts'
import { progressLine, reportText } from '#core/cli/target-report.ts'
import { columns, cutText, plainText } from '#core/cli/text.ts'

/** `minisub target list`. */
export async function listTargetCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { targets } = await client.listClusterTargets()
  if (context.json) await printJson({ targets })
  else if (targets.length === 0) await print('no cluster targets: see `minisub target add --help`\n')
  else {
    const rows = targets.map(({ name, profile }) => [
      name,
      plainText(profile.context),
      profile.namespace,
      profile.registry,
      `${profile.artifacts.bucket}/${profile.artifacts.prefix}`,
    ])
    await print(columns([['TARGET', 'CONTEXT', 'NAMESPACE', 'REGISTRY', 'BUCKET'], ...rows]))
  }
  return EXIT.succeeded
}

/** `minisub target show NAME`: what --from takes. */
export async function showTargetCommand(name: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const target = await client.showTarget({ name })
  if (context.json) await printJson(target)
  else {
    const { stringify } = await import('yaml')
    await print(stringify(target.profile))
  }
  return EXIT.succeeded
}

/** `minisub target test NAME`; Ctrl-C gives it up. Exit code 1 where a check failed. */
export async function testTargetCommand(name: string, _options: object, context: Context): Promise<number> {
  using interrupt = openInterrupt()
  const client = await connect(context.home)
  try {
    const report = await testShown(client, name, interrupt.signal)
    await (context.json ? printJson(report) : print(reportText(report)))
    return report.ok ? EXIT.succeeded : EXIT.failed
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    say('cancelled; the core removes what the test made')
    return EXIT.cancelled
  }
}

/** On a terminal the check that was last done stands in one line, until all are: the table has them. */
async function testShown(client: Client, name: string, signal: AbortSignal): Promise<TargetReport> {
  const { stderr } = process
  if (!stderr.isTTY || process.env['TERM'] === 'dumb')
    return client.testTarget({ name }, { onLine: (line) => say(progressLine(line)), signal })
  let shown = [`testing ${name}`]
  using screen = openLiveScreen(stderr, () => shown)
  const onLine = (line: string): void => {
    shown = [cutText(`testing ${name}: ${plainText(readCheckLine(line)?.title ?? line)}`, (stderr.columns || 80) - 1)]
    screen.update()
  }
  try {
    return await client.testTarget({ name }, { onLine, signal })
  } finally {
    shown = []
    screen.update()
  }
}

/** What `add` kept for a target, not what was named to it. */
async function forgetCredentials(client: Client, name: string, { artifacts }: ClusterProfile): Promise<void> {
  const own = `target-${name}`
  if (![artifacts.accessKey, artifacts.secretKey].some(({ secret }) => secret === own)) return
  const { secrets } = await client.listSecrets()
  if (secrets.some((row) => row.name === own)) await client.deleteSecret({ name: own })
}

/** `minisub target delete NAME`: asks, and deletes the secret that `add` made with it. */
export async function deleteTargetCommand(
  name: string,
  { yes = false }: { readonly yes?: boolean },
  context: Context,
): Promise<number> {
  const client = await connect(context.home)
  const { profile } = await client.showTarget({ name })
  if (!yes) {
    if (!process.stdin.isTTY) throw new Problem('usage', 'there is no terminal to ask on: add --yes')
    const question = `delete the target ${name} (namespace ${profile.namespace} of ${plainText(profile.context)})?`
    if (!(await askYes(question))) {
      say('nothing was deleted')
      return EXIT.cancelled
    }
  }
  await client.deleteTarget({ name })
  await forgetCredentials(client, name, profile)
  await (context.json ? printJson({ deleted: name }) : print(`deleted ${name}; what is in the cluster stays\n`))
  return EXIT.succeeded
}
