import { readFile, stat } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'

const MAX_BYTES = 1_000_000
const API_VERSION = 'kind.x-k8s.io/v1alpha4'

/** What is read of a node; the rest is kept as it is and judged by kind. */
const Node = z.looseObject({
  role: z.enum(['control-plane', 'worker'], { error: 'a role is control-plane or worker' }).default('control-plane'),
  image: z.string({ error: 'an image is a text' }).optional(),
  extraPortMappings: z
    .array(z.looseObject({ containerPort: z.int().optional(), hostPort: z.int().optional() }), {
      error: 'extraPortMappings is a list of mappings',
    })
    .nullish(),
  labels: z.record(z.string(), z.string(), { error: 'labels are texts' }).nullish(),
})
export type UserNode = z.output<typeof Node>

const UserConfig = z.looseObject({
  kind: z.literal('Cluster', { error: 'write kind: Cluster' }),
  apiVersion: z.literal(API_VERSION, { error: `write apiVersion: ${API_VERSION}` }),
  networking: z.looseObject({}, { error: 'networking is a mapping' }).nullish(),
  nodes: z.array(Node, { error: 'nodes is a list of mappings' }).nullish(),
  containerdConfigPatches: z.array(z.string(), { error: 'containerdConfigPatches is a list of texts' }).nullish(),
})
/** A configuration of kind as far as ours is laid over it. */
export type UserConfig = z.output<typeof UserConfig>

/** Reads a configuration of kind that somebody wrote. Throws Problem `invalid_value` that says what is wrong and where. */
export function parseUserConfig(text: string): UserConfig {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true })
  const [fault] = document.errors
  if (fault !== undefined) throw broken(fault.message.split('\n')[0] ?? 'it is no YAML')
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw broken(error instanceof Error ? error.message : String(error))
  }
  const read = UserConfig.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const path = issue?.path.join('.') ?? ''
  throw broken(path === '' ? (value === null ? 'it is empty' : 'it is no mapping') : `${path}: ${issue?.message ?? ''}`)
}

/** The text of a configuration file. Throws Problem `invalid_value` where it cannot be read. */
export async function readUserConfig(path: string): Promise<string> {
  try {
    // Before it is opened: a pipe would be waited for.
    const found = await stat(path)
    if (!found.isFile()) throw broken(`${path} is no file`)
    if (found.size > MAX_BYTES) throw broken(`${path} is larger than 1 MB`)
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof Problem || code === undefined) throw error
    throw broken(code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read, ${code}`)
  }
}

/** What is wrong with the configuration file of kind. */
export function broken(what: string): Problem {
  const message = `the configuration of kind cannot be used (${what}): put the file right, or leave it out`
  return new Problem('invalid_value', message, { path: 'config' })
}
