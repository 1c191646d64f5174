import { lstatSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Json } from '#core/base/json.ts'
import { Problem, type Issue } from '#core/base/problem.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { FileEntry, OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import type { Blobs } from '#core/store/index.ts'
import { digestOfJson } from '#core/files/index.ts'
import { checkOutput, type Checked } from '#core/attempts/index.ts'
import { compareText } from '#core/files/index.ts'

export type CollectOptions = {
  /** What the step knew as MINISUB_OUTPUTS. */
  readonly folder: string
  readonly declared: { readonly [name: string]: OutputDeclaration }
  readonly blobs: Blobs
}

/**
 * Takes the declared outputs of a step that ended well: values are read, files are linked into the blob store. All are
 * checked before any is taken, and they stay in their folder, so that a later core can do it again after a crash.
 * Throws Problem `output_missing`, `output_invalid`, `output_too_large` or `output_symlink`, with an issue for each
 * fault; or `disk_full`. What is not declared stays where it is.
 */
export async function collectOutputs({ folder, declared, blobs }: CollectOptions): Promise<OutputRecords> {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new Problem(
      'output_symlink',
      'the folder $MINISUB_OUTPUTS became a symbolic link: write into it, never replace it',
    )
  }
  const issues: Issue[] = []
  const checked: [string, Checked][] = []
  for (const [name, declaration] of Object.entries(declared)) {
    const output = await checkOutput(folder, { name, declaration }, issues)
    if (output !== undefined) checked.push([name, output])
  }
  refuse(issues)
  const records: { [name: string]: OutputRecord } = {}
  for (const [name, output] of checked)
    records[name] = await takeOutput(join(folder, name), output, { blobs, link: true })
  return records
}

/** Copies a file or folder that lies beside a document into the store. Throws Problem `input_missing` with what is wrong. */
export async function readInput(path: string, type: 'file' | 'folder', blobs: Blobs): Promise<OutputRecord> {
  const issues: Issue[] = []
  const output = await checkOutput(dirname(path), { name: basename(path), declaration: { type } }, issues)
  if (output !== undefined) return takeOutput(path, output, { blobs, link: false })
  throw new Problem('input_missing', `the input ${path} cannot be used: ${issues[0]?.message ?? 'it is not there'}`, {
    issues,
  })
}

const SHOWN = 5

function refuse(issues: readonly Issue[]): void {
  const [first] = issues
  if (first === undefined) return
  const more = issues.length > SHOWN ? `; and ${issues.length - SHOWN} more` : ''
  const message = issues
    .slice(0, SHOWN)
    .map((issue) => issue.message)
    .join('; ')
  throw new Problem(first.code, message + more, { issues })
}

type Taking = { readonly blobs: Blobs; readonly link: boolean }

async function takeOutput(path: string, output: Checked, taking: Taking): Promise<OutputRecord> {
  if (output.kind === 'folder') return takeFolder(path, output, taking)
  if (output.kind === 'value') return { kind: 'value', value: output.value, sha256: digestOfJson(output.value) }
  return { kind: 'file', executable: output.executable, ...(await taking.blobs.putFile(path, taking)) }
}

/** So many files are taken before other work gets its turn. */
const AT_ONCE = 64

async function takeFolder(
  folder: string,
  output: Extract<Checked, { kind: 'folder' }>,
  taking: Taking,
): Promise<OutputRecord> {
  const files: FileEntry[] = []
  for (const { path, executable } of output.files) {
    files.push({ path, executable, ...(await taking.blobs.putFile(join(folder, path), taking)) })
    if (files.length % AT_ONCE === 0) await turn()
  }
  files.sort((a, b) => compareText(a.path, b.path))
  return folderRecord(files, output.emptyFolders.toSorted(compareText))
}

function folderRecord(files: readonly FileEntry[], emptyFolders: readonly string[]): OutputRecord {
  const listing: Json = { files: files.map((file) => ({ ...file })), emptyFolders }
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return { kind: 'folder', size, files, emptyFolders, sha256: digestOfJson(listing) }
}
