import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { canonicalJson } from '#core/base/json.ts'
import { Problem, type Issue } from '#core/base/problem.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { FileEntry, OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import { compareText, digestOfJson } from '#core/files/index.ts'
import { checkOutput, type Checked } from './output-check.ts'

/** Takes one file that was checked, into a store or just by looking at it; sha256 and size are of its bytes. */
export type TakeFile = (path: string) => Promise<{ readonly sha256: string; readonly size: number }>

export type RecordOptions = {
  /** What the step knew as MINISUB_OUTPUTS. */
  readonly folder: string
  readonly declared: Readonly<Record<string, OutputDeclaration>>
  readonly take: TakeFile
}

/**
 * The records of the declared outputs of a step that ended well. All are checked before the first file is taken.
 * Throws Problem `output_missing`, `output_invalid`, `output_too_large` or `output_symlink`, with an issue for each
 * fault; and what `take` throws.
 */
export async function recordOutputs({ folder, declared, take }: RecordOptions): Promise<OutputRecords> {
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
  for (const [name, output] of checked) records[name] = await recordOutput(join(folder, name), output, take)
  return records
}

/** The record of one output that was checked at this path. Throws what `take` throws. */
export async function recordOutput(path: string, output: Checked, take: TakeFile): Promise<OutputRecord> {
  if (output.kind === 'folder') return recordFolder(path, output, take)
  if (output.kind === 'value') return { kind: 'value', value: output.value, sha256: digestOfJson(output.value) }
  return { kind: 'file', executable: output.executable, ...(await take(path)) }
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

/** So many files are taken before other work gets its turn. */
const AT_ONCE = 64

async function recordFolder(
  folder: string,
  output: Extract<Checked, { kind: 'folder' }>,
  take: TakeFile,
): Promise<OutputRecord> {
  const files: FileEntry[] = []
  for (const { path, executable } of output.files) {
    files.push({ path, executable, ...(await take(join(folder, path))) })
    if (files.length % AT_ONCE === 0) await turn()
  }
  files.sort((a, b) => compareText(a.path, b.path))
  return folderRecord(files, output.emptyFolders.toSorted(compareText))
}

function folderRecord(files: readonly FileEntry[], emptyFolders: readonly string[]): OutputRecord {
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return { kind: 'folder', size, files, emptyFolders, sha256: digestOfListing(files, emptyFolders) }
}

/** sha256 of the canonical JSON of `{emptyFolders, files}`, made piece by piece: it may be of a million files. */
export function digestOfListing(files: readonly FileEntry[], emptyFolders: readonly string[]): string {
  const sum = createHash('sha256')
  sum.update(`{"emptyFolders":${canonicalJson(emptyFolders)},"files":[`)
  for (const [index, file] of files.entries()) sum.update((index === 0 ? '' : ',') + canonicalJson({ ...file }))
  return sum.update(']}').digest('hex')
}
