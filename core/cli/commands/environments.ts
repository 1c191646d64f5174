import { resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { formatBytes, parseDuration } from '#core/base/quantity.ts'
import type { EnvironmentView } from '#core/contract/run.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { openInterrupt } from '#core/cli/interrupt.ts'
import { requireFile } from '#core/cli/read-input.ts'
import { columns } from '#core/cli/text.ts'

/** `minisub env list`. */
export async function listEnvironmentsCommand(_options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  const { environments } = await client.listEnvironments()
  if (context.json) await printJson({ environments })
  else if (environments.length === 0) await print('no environments\n')
  else await print(environmentTable(environments))
  return EXIT.succeeded
}

type BuildOptions = { readonly target?: 'process' | 'docker' }

/** `minisub env build FILE`; Ctrl-C gives the building up. */
export async function buildEnvironmentsCommand(file: string, options: BuildOptions, context: Context): Promise<number> {
  await requireFile(file)
  using interrupt = openInterrupt()
  const client = await connect(context.home)
  const target = options.target === undefined ? {} : { target: options.target }
  try {
    const { environments } = await client.buildEnvironments(
      { file: resolve(file), ...target },
      { onLine: say, signal: interrupt.signal },
    )
    if (context.json) await printJson({ environments })
    else await print(environments.length === 0 ? 'nothing to build\n' : environmentTable(environments))
    return EXIT.succeeded
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    say('cancelled')
    return EXIT.cancelled
  }
}

type DeleteOptions = { readonly kind?: EnvironmentView['kind'] }

/** `minisub env delete DIGEST`. */
export async function deleteEnvironmentCommand(
  digest: string,
  { kind }: DeleteOptions,
  context: Context,
): Promise<number> {
  const client = await connect(context.home)
  await client.removeEnvironment({ digest, ...(kind === undefined ? {} : { kind }) })
  await (context.json ? printJson({ deleted: digest }) : print(`deleted ${digest}\n`))
  return EXIT.succeeded
}

type PruneOptions = { readonly olderThan?: string; readonly dryRun?: boolean }

/** `minisub env prune`. */
export async function pruneEnvironmentsCommand(options: PruneOptions, context: Context): Promise<number> {
  const olderThanMs = parseDuration(options.olderThan ?? '0s')
  if (olderThanMs === undefined) {
    throw new Problem('usage', `--older-than wants a time such as 30d or 12h and got "${options.olderThan ?? ''}"`)
  }
  const client = await connect(context.home)
  const dryRun = options.dryRun === true
  const { environments } = await client.pruneEnvironments({ olderThanMs, dryRun })
  if (context.json) await printJson({ environments })
  else if (environments.length === 0) await print('nothing to delete\n')
  else await print(environmentTable(environments) + pruned(environments, dryRun))
  return EXIT.succeeded
}

function pruned(environments: readonly EnvironmentView[], dryRun: boolean): string {
  const bytes = environments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return `${dryRun ? 'would delete' : 'deleted'} ${environments.length}, ${formatBytes(bytes)}\n`
}

function environmentTable(environments: readonly EnvironmentView[]): string {
  const rows = environments.map((one) => [
    one.digest,
    one.kind,
    one.pythonMinor ?? '-',
    String(one.packages.length),
    formatBytes(one.sizeBytes),
    one.state,
    one.image ?? '-',
    one.users.join(', '),
  ])
  return columns([['DIGEST', 'KIND', 'PYTHON', 'PACKAGES', 'SIZE', 'STATE', 'IMAGE', 'USED BY'], ...rows])
}
