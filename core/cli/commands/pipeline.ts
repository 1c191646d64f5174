import { resolve } from 'node:path'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { readText, requireFile } from '#core/cli/read-input.ts'
import { issueLine, reportError } from '#core/cli/report-error.ts'
import { counted } from '#core/cli/text.ts'

/** `minisub validate FILE`: needs no core. */
export async function validateCommand(file: string, _options: object, context: Context): Promise<number> {
  const { problemOf, validateDocument } = await import('#core/pipelines/index.ts')
  const validation = validateDocument(await readText(file))
  if (!validation.ok) {
    say(reportError(problemOf(validation.issues, file), { json: false, file }).stderr)
    if (context.json) {
      await printJson({ valid: false, pipeline: null, pipelineDigest: null, issues: validation.issues, warnings: [] })
    }
    return EXIT.inputWrong
  }
  const { plan, warnings } = validation
  for (const warning of warnings) say(`warning: ${issueLine(warning, file)}`)
  const name = plan.definition.name
  if (context.json) await printJson({ valid: true, pipeline: name, pipelineDigest: plan.digest, issues: [], warnings })
  else await print(`${file}: ${name} is valid, ${counted(plan.steps.length, 'step')}\n`)
  return EXIT.succeeded
}

/** `minisub digest FILE`: needs no core. */
export async function digestCommand(file: string, _options: object, context: Context): Promise<number> {
  const { problemOf, validateDocument } = await import('#core/pipelines/index.ts')
  const validation = validateDocument(await readText(file))
  if (!validation.ok) throw problemOf(validation.issues, file)
  const { digest, definition } = validation.plan
  if (context.json) await printJson({ pipeline: definition.name, pipelineDigest: digest })
  else await print(`${digest}\n`)
  return EXIT.succeeded
}

/** `minisub lock FILE`. */
export async function lockCommand(
  file: string,
  options: { readonly update?: boolean },
  context: Context,
): Promise<number> {
  await requireFile(file)
  const client = await connect(context.home)
  const lock = await client.lockPipeline({ file: resolve(file), update: options.update === true }, { onLine: say })
  if (context.json) await printJson(lock)
  else {
    const lines = Object.entries(lock.environments).map(
      ([name, { digest, packages }]) => `  ${name}: ${counted(packages, 'package')}, ${digest}\n`,
    )
    await print(`${lock.file} ${lock.changed ? 'was written' : 'was up to date'}\n${lines.join('')}`)
  }
  return EXIT.succeeded
}
