import { setImmediate as turn } from 'node:timers/promises'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { FileEntry } from '#core/contract/outputs.ts'
import type { PortabilityFinding } from '#core/contract/plan.ts'
import { systemCode } from '#core/files/index.ts'
import { documentTexts } from './document-texts.ts'
import { findingsOf, type Place } from './findings.ts'
import { isGiven, type ImageVariables } from './given.ts'
import { grammarOf, mayBeCode } from './grammar.ts'
import { search } from './search.ts'
import { lineNumber, sourceOf } from './source.ts'
import { openUsers } from './users.ts'

export type ScanOptions = {
  readonly definition: PipelineDefinition
  /** The text of the document. */
  readonly document: string
  /** Those of the code's snapshot. */
  readonly files: readonly FileEntry[]
  /** The bytes of one of them. What the system refuses is left out; all else that it throws is thrown. */
  readonly read: (file: FileEntry) => Uint8Array | Promise<Uint8Array>
  /** Names of the variables that images set, as far as they are known. */
  readonly images: ImageVariables
  /** The name of this machine. */
  readonly hostName: string
  readonly signal?: AbortSignal | undefined
  /** Milliseconds since some moment; those of this process where absent. */
  readonly now?: () => number
}

export type CodeScan = {
  /** By file, the document first, and line. */
  readonly findings: readonly PortabilityFinding[]
  /** Files that were looked at, and those that were not although steps use them. */
  readonly files: number
  readonly leftOut: { readonly binary: number; readonly large: number; readonly unreadable: number }
}

/** Files beyond are data, or were made by programs. */
const MOST_BYTES = 1024 * 1024
/** So long others wait for their turn at most. */
const TURN_MS = 20

/**
 * Looks through the document and the code that steps use for what this machine has and a cluster will not: absolute paths,
 * variables of the environment that nothing sets, addresses of this machine and its network. It knows strings from comments
 * and no more of a language, so it may miss some, and a finding is a warning. Others have their turn meanwhile.
 */
export async function scanCode(options: ScanOptions): Promise<CodeScan> {
  const { definition, files, signal, now = () => performance.now() } = options
  const usersOf = openUsers(definition)
  const places: Place[] = placesInDocument(options)
  const counts = { files: 0, binary: 0, large: 0, unreadable: 0 }
  let began = now()
  for (const file of files) {
    if (!mayBeCode(file.path)) continue
    const found = await placesInFile(file, options, usersOf)
    if (typeof found === 'string') counts[found] += 1
    else {
      counts.files += 1
      places.push(...found)
    }
    if (now() - began < TURN_MS) continue
    await turn()
    signal?.throwIfAborted()
    began = now()
  }
  const { files: looked, ...leftOut } = counts
  return { findings: findingsOf(places, options), files: looked, leftOut }
}

function placesInDocument({ definition, document, hostName, images }: ScanOptions): Place[] {
  const all = Object.keys(definition.steps)
  return documentTexts(document).flatMap(({ text, grammar, steps, lineOf }): Place[] => {
    const users = steps.length === 0 ? all : [...steps]
    const named = search(sourceOf(text, grammar), hostName, givenTo(users, definition, images))
    return named.map(({ kind, hit, text: told }) => ({
      kind,
      text: told,
      file: 'pipeline',
      line: lineOf(hit.text),
      users,
    }))
  })
}

/** What a file names; or why it was not looked at. */
async function placesInFile(
  file: FileEntry,
  { definition, read, hostName, images }: ScanOptions,
  usersOf: ReturnType<typeof openUsers>,
): Promise<Place[] | 'binary' | 'large' | 'unreadable'> {
  if (file.size > MOST_BYTES) return 'large'
  const bytes = await readIfThere(file, read)
  if (bytes === undefined) return 'unreadable'
  if (bytes.subarray(0, 8_000).includes(0)) return 'binary'
  // What is looked for first is ASCII, and this is faster than to decode all.
  const quick = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const grammar = grammarOf(file.path, quick)
  if (grammar === undefined || (grammar.name !== 'shell' && !mayHold(quick, hostName))) return []
  const users = usersOf(file)
  if (users.length === 0) return []
  const source = sourceOf(DECODER.decode(bytes), grammar)
  const named = search(source, hostName, givenTo(users, definition, images))
  return named.map(({ kind, hit, text }) => {
    return { kind, text, file: file.path, line: lineNumber(source, hit.offset), users }
  })
}

/** Undefined where it is gone or may not be read by now. */
async function readIfThere(file: FileEntry, read: ScanOptions['read']): Promise<Uint8Array | undefined> {
  try {
    return await read(file)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

const DECODER = new TextDecoder()

/** Whether anything is to be found at all: most files hold nothing of the kind, which is told without a look at their strings. */
function mayHold(text: string, hostName: string): boolean {
  return MAY_HOLD.test(text) || text.includes(hostName)
}

const MAY_HOLD =
  /\/(?:home|Users|mnt|Volumes|root|cygdrive|tmp|data|datasets?|media|scratch|srv|nfs|gpfs|lustre|storage|workspace|content|kaggle|dbfs)\/|~\/|(?<![A-Za-z])[A-Za-z]:[\\/]|environ\b|getenv\b|process\.env|ENV\[|localhost|\b(?:127|10)\.\d+\.|192\.168\.|172\.\d|::1|\.local|\.internal|:\/\/(?:[^\s/@"']*@)?[A-Za-z][\w-]*(?![\w.%{-])/

function givenTo(users: readonly string[], definition: PipelineDefinition, images: ImageVariables) {
  return (name: string): boolean =>
    users.every((user) => {
      const step = definition.steps[user]
      return step !== undefined && isGiven(name, step, images)
    })
}
