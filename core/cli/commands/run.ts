import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Json } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import type { RunRequest } from '#core/contract/run.ts'
import { wholeNumber, type Context } from '#core/cli/context.ts'
import { beginAndFollow } from '#core/cli/follow-run.ts'
import { requireFile } from '#core/cli/read-input.ts'

export type RunOptions = {
  readonly target: string
  readonly param?: readonly string[]
  readonly params?: string
  readonly cache: boolean
  readonly parallelism?: string
  readonly detach?: boolean
}

/** `minisub run FILE`. */
export async function runCommand(file: string, options: RunOptions, context: Context): Promise<number> {
  const request = await runRequest(file, options)
  return beginAndFollow((client, call) => client.startRun(request, call), { detach: options.detach === true }, context)
}

/** `minisub resume RUN`. */
export async function resumeCommand(
  run: string,
  options: { readonly withCode?: boolean; readonly detach?: boolean },
  context: Context,
): Promise<number> {
  const request = { run, withCode: options.withCode === true }
  return beginAndFollow((client, call) => client.resumeRun(request, call), { detach: options.detach === true }, context)
}

/** What the command line asks for. Throws Problem `usage`, `input_missing`. */
export async function runRequest(file: string, options: RunOptions): Promise<RunRequest> {
  await requireFile(file)
  const parallelism =
    options.parallelism === undefined ? undefined : wholeNumber('--parallelism', options.parallelism, 1)
  return {
    file: resolve(file),
    target: options.target,
    cache: options.cache,
    parameterTexts: parseParameters(options.param ?? []),
    parameters: options.params === undefined ? {} : await readParameters(options.params),
    ...(parallelism === undefined ? {} : { parallelism }),
  }
}

/** `key=value` texts as a map; the value may hold further equals signs. Throws Problem `usage`. */
export function parseParameters(texts: readonly string[]): Record<string, string> {
  const result = new Map<string, string>()
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new Problem('usage', `-p wants key=value and got "${text}"`)
    const name = text.slice(0, at)
    if (result.has(name)) throw new Problem('usage', `-p gives the parameter "${name}" twice: keep one of the two`)
    result.set(name, text.slice(at + 1))
  }
  return Object.fromEntries(result)
}

/** Values of parameters from a YAML or JSON file. Throws Problem `input_missing`, `invalid_parameter`. */
export async function readParameters(file: string): Promise<Record<string, Json>> {
  await requireFile(file)
  const [{ parseDocument }, { z }] = await Promise.all([import('yaml'), import('zod')])
  const document = parseDocument(await readFile(file, 'utf8'), { prettyErrors: true })
  const fault = document.errors[0]
  if (fault !== undefined)
    throw new Problem('invalid_parameter', `${file} is neither YAML nor JSON: ${fault.message.trim()}`)
  const value = z.record(z.string(), z.json()).safeParse(document.toJS({ maxAliasCount: 100 }))
  if (value.success) return value.data
  throw new Problem('invalid_parameter', `${file} must hold a map from parameter names to values`)
}
