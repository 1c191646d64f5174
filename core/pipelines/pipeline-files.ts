import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Json } from '#core/base/json.ts'
import type { PipelineRow } from '#core/contract/folders.ts'
import { pipelineIdOf } from './pipeline-id.ts'
import { readDocument } from './read-document.ts'
import { codeOf } from './scan-folder.ts'
import { validateDocument, type Validation } from './validate.ts'

const HEAD_BYTES = 4096
/** More than a document may have, so that one that is too large is told to be. */
const MOST_BYTES = 1024 * 1024 + 4096

/** What a row tells of the document itself. */
export type Document = Omit<PipelineRow, 'folder' | 'lastRuns'>

type Stamp = { readonly size: bigint; readonly mtimeNs: bigint }
/** Null for a file that is no pipeline. */
type Kept = Stamp & { readonly document: Document | null }

export type PipelineFiles = {
  /** What is known of a file; null where it is no pipeline, undefined where it is not there. */
  look(file: string): Promise<Document | null | undefined>
  /** The same of a file that is one, whatever stands in it now. */
  lookAs(file: string): Promise<Document | undefined>
  /** Forgets all other files. */
  keepOnly(files: ReadonlySet<string>): void
}

/** Reads documents for lists. A file whose size and time are as before is not read again. */
export function openPipelineFiles(): PipelineFiles {
  const kept = new Map<string, Kept>()
  let queue: Promise<unknown> = Promise.resolve()
  /** To read many documents takes seconds, in which others want to be served: one document, then all else that waits. */
  const inTurn = <Result>(work: () => Result): Promise<Result> => {
    const own = queue.then(() => turn()).then(work)
    queue = own.catch(() => undefined)
    return own
  }
  const look = async (file: string, isOne: boolean): Promise<Document | null | undefined> => {
    const stamp = await stampOf(file)
    if (stamp === undefined) return undefined
    const { size, mtimeNs } = stamp
    const known = kept.get(file)
    const isSame = known?.size === size && known.mtimeNs === mtimeNs
    if (known !== undefined && isSame && (known.document !== null || !isOne)) return known.document
    const text = await readStart(file, isOne ? MOST_BYTES : HEAD_BYTES)
    if (text === undefined) return undefined
    const isPipeline = isOne || looksLikePipeline(text)
    const whole = isPipeline && !isOne ? await readStart(file, MOST_BYTES) : text
    const document = isPipeline && whole !== undefined ? await inTurn(() => documentOf(file, whole, stamp)) : null
    kept.set(file, { size, mtimeNs, document })
    return document
  }
  return {
    look: (file) => look(file, false),
    lookAs: async (file) => (await look(file, true)) ?? undefined,
    keepOnly: (files) => {
      for (const file of kept.keys()) if (!files.has(file)) kept.delete(file)
    },
  }
}

/** Whether the first lines of a file are those of a pipeline, YAML or JSON. */
export function looksLikePipeline(head: string): boolean {
  const isKind = /^[ \t]*kind[ \t]*:[ \t]*["']?Pipeline["']?[ \t]*(#.*)?\r?$/m.test(head)
  const isVersion = /^[ \t]*apiVersion[ \t]*:[ \t]*["']?mini-submarine\//m.test(head)
  if (isKind && isVersion) return true
  return (
    /["']kind["'][ \t\r\n]*:[ \t\r\n]*["']Pipeline["']/.test(head) &&
    /["']apiVersion["'][ \t\r\n]*:[ \t\r\n]*["']mini-submarine\//.test(head)
  )
}

/** The document in a file and all that is wrong with it; undefined where the file cannot be read. */
export async function validateFile(file: string): Promise<Validation | undefined> {
  const text = await readStart(file, MOST_BYTES)
  return text === undefined ? undefined : validateDocument(text)
}

async function stampOf(file: string): Promise<(Stamp & { readonly mtimeMs: bigint }) | undefined> {
  try {
    const found = await stat(file, { bigint: true })
    return found.isFile() ? found : undefined
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

/** The beginning of a file; undefined where it is gone or may not be read. */
async function readStart(file: string, bytes: number): Promise<string | undefined> {
  try {
    await using handle = await open(file, 'r')
    const chunk = Buffer.alloc(Math.min(bytes, (await handle.stat()).size))
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, 0)
    return chunk.toString('utf8', 0, bytesRead)
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'].includes(codeOf(error) ?? '')
}

function documentOf(file: string, text: string, { mtimeMs }: { readonly mtimeMs: bigint }): Document {
  const validation = validateDocument(text)
  const modifiedAt = new Date(Number(mtimeMs)).toISOString()
  const base = { id: pipelineIdOf(file), file, modifiedAt }
  if (!validation.ok) {
    const name = nameIn(text) ?? basename(file)
    const faults = validation.issues.length
    return { ...base, name, description: null, state: 'invalid', digest: null, faults, warnings: 0, steps: 0 }
  }
  const { plan, warnings } = validation
  const { name, description } = plan.definition
  const counts = { faults: 0, warnings: warnings.length, steps: plan.steps.length }
  return { ...base, name, description, state: 'valid', digest: plan.digest, ...counts }
}

/** What an invalid document calls itself. */
function nameIn(text: string): string | undefined {
  const name = field(field(readDocument(text).value, 'metadata'), 'name')
  return typeof name === 'string' && name !== '' ? name : undefined
}

function field(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, key) ? (value as { readonly [key: string]: Json })[key] : undefined
}
