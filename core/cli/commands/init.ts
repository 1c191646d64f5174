import { join, relative, resolve } from 'node:path'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import { print, printJson, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { copySample, listSamples } from '#core/pipelines/index.ts'

const DEFAULT_TEMPLATE = 'hello'

export type InitOptions = { readonly dir?: string; readonly list?: boolean }

/** `minisub init [TEMPLATE]`: copies a sample into a folder; never overwrites. */
export async function initCommand(
  template: string | undefined,
  options: InitOptions,
  context: Context,
): Promise<number> {
  const templates = await listSamples()
  if (options.list === true) {
    await (context.json ? printJson({ templates }) : print(`${templates.join('\n')}\n`))
    return EXIT.succeeded
  }
  const name = template ?? DEFAULT_TEMPLATE
  if (!templates.includes(name))
    throw new Problem('usage', `there is no template "${name}"${didYouMean(name, templates)}`)
  const folder = resolve(options.dir ?? name)
  const files = await copySample(name, folder, 'name another folder with --dir')
  const pipeline = relative(process.cwd(), join(folder, 'pipeline.yaml'))
  if (context.json) await printJson({ template: name, folder, files })
  else {
    const others =
      template === undefined ? `other templates: ${templates.filter((other) => other !== name).join(', ')}\n` : ''
    await print(`made ${folder} (${files.join(', ')})\n${others}run it: minisub run ${pipeline}\n`)
  }
  return EXIT.succeeded
}
