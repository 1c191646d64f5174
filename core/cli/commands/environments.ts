import { resolve } from 'node:path'
import { formatBytes } from '#core/base/quantity.ts'
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

/** `minisub env build FILE`; Ctrl-C gives the building up. */
export async function buildEnvironmentsCommand(file: string, _options: object, context: Context): Promise<number> {
  await requireFile(file)
  using interrupt = openInterrupt()
  const client = await connect(context.home)
  try {
    const { environments } = await client.buildEnvironments(
      { file: resolve(file) },
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

/** `minisub env delete DIGEST`. */
export async function deleteEnvironmentCommand(digest: string, _options: object, context: Context): Promise<number> {
  const client = await connect(context.home)
  await client.removeEnvironment({ digest })
  await (context.json ? printJson({ deleted: digest }) : print(`deleted ${digest}\n`))
  return EXIT.succeeded
}

function environmentTable(environments: readonly EnvironmentView[]): string {
  const rows = environments.map((one) => [
    one.digest,
    one.pythonMinor ?? '',
    String(one.packages.length),
    formatBytes(one.sizeBytes),
    one.state,
    one.users.join(', '),
  ])
  return columns([['DIGEST', 'PYTHON', 'PACKAGES', 'SIZE', 'STATE', 'USED BY'], ...rows])
}
