import { Document, isMap, isSeq } from 'yaml'
import type { PodPart, PodSpec } from '#core/attempts/index.ts'
import type { Artifact, Template } from './compile-shapes.ts'
import type { Compiled } from './types.ts'

/** A compiled object as YAML for people: above the template of each step stands the command that its pods will run. */
export function renderYaml({ object, needed }: Compiled): string {
  const document = new Document(object, { aliasDuplicateObjects: false })
  const specs = new Map(needed.map((it) => [it.key, 'bytes' in it ? it.bytes : '']))
  const templates = document.getIn(['spec', 'templates'])
  if (!isSeq(templates)) return document.toString({ lineWidth: 0 })
  for (const [index, item] of templates.items.entries()) {
    const spec = specOf((object.spec['templates'] as readonly Template[])[index], specs)
    if (spec !== undefined && isMap(item)) item.commentBefore = commentOf(spec)
  }
  return document.toString({ lineWidth: 0 })
}

/** The key in the object has the prefix of the bucket before that of the needed object. */
function specOf(template: Template | undefined, specs: ReadonlyMap<string, string>): PodSpec | undefined {
  const artifact = template?.inputs?.artifacts?.find(({ name }: Artifact) => name === 'a-spec')
  const key = artifact?.s3?.key.replace(/^.*(?=blobs\/[0-9a-f]{64}$)/, '') ?? ''
  const bytes = specs.get(key)
  return bytes === undefined ? undefined : (JSON.parse(bytes) as PodSpec)
}

function commentOf(spec: PodSpec): string {
  const quoted = (parts: readonly PodPart[]): string => printable(parts.map((part) => textOf(part, spec)).join(''))
  const lines = [`step ${spec.step}: ${spec.command.map(quoted).join(' ')}`]
  for (const [name, parts] of Object.entries(spec.env)) lines.push(`env ${name}=${quoted(parts)}`)
  return lines.map((line) => ` ${line}`).join('\n')
}

function textOf(part: PodPart, { producers }: PodSpec): string {
  if (typeof part === 'string') return part
  if ('each' in part) return `\${{ each.${part.each} }}`
  if ('run' in part) return `\${{ run.${part.run} }}`
  const [number, field] =
    'value' in part ? [part.value.producer, `outputs.${part.value.output}`] : [part.status, 'status']
  return `\${{ steps.${producers[number]?.step ?? ''}.${field} }}`
}

/** One line, quoted as JSON where it is no plain word. */
function printable(text: string): string {
  if (/^[\w@%+=:,./{}$ -]+$/.test(text) && !(text.includes(' ') && !text.includes('${{'))) return text
  return JSON.stringify(text).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
