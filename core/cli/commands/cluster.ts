import { resolve } from 'node:path'
import { formatBytes } from '#core/base/quantity.ts'
import { connect } from '#core/cli/connect.ts'
import { print, printJson, say, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { requireFile } from '#core/cli/read-input.ts'
import { parseParameters, readParameters } from './run.ts'

type CompileOptions = { readonly target: string; readonly param?: readonly string[]; readonly params?: string }

/** `minisub compile FILE --target T`. */
export async function compileCommand(file: string, options: CompileOptions, context: Context): Promise<number> {
  await requireFile(file)
  const request = {
    file: resolve(file),
    target: options.target,
    parameterTexts: parseParameters(options.param ?? []),
    parameters: options.params === undefined ? {} : await readParameters(options.params),
  }
  const client = await connect(context.home)
  const compiled = await client.compilePipeline(request, { onLine: say })
  if (context.json) await printJson(compiled)
  else await print(compiled.yaml)
  return EXIT.succeeded
}

/** `minisub pull RUN`. */
export async function pullCommand(run: string, options: { readonly step?: string }, context: Context): Promise<number> {
  const client = await connect(context.home)
  const request = { run, ...(options.step === undefined ? {} : { step: options.step }) }
  const { bytes } = await client.pullRun(request, { onLine: say })
  if (context.json) await printJson({ bytes })
  else await print(bytes === 0 ? 'everything is here already\n' : `${formatBytes(bytes)} came from the bucket\n`)
  return EXIT.succeeded
}
