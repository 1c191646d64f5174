import { accessSync, constants, lstatSync, readFileSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Json } from '#core/base/json.ts'
import type { Issue } from '#core/base/problem.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import { isValueOutput, type OutputDeclaration, type ValueDeclaration } from '#core/contract/definition.ts'
import { readValue } from '#core/contract/value-text.ts'
import { folderEntries, nameFault, specialName, systemCode } from '#core/files/index.ts'
import { matchesInTime } from './match-pattern.ts'

/** Bytes of the file of a parameter output. */
const MAX_VALUE_BYTES = 32_768

type CheckedFile = { readonly path: string; readonly executable: boolean }

/** An output that is as declared; its bytes are still where the step wrote them. */
export type Checked =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'file'; readonly executable: boolean }
  | { readonly kind: 'folder'; readonly files: readonly CheckedFile[]; readonly emptyFolders: readonly string[] }

type Declared = { readonly name: string; readonly path: string; readonly declaration: OutputDeclaration }

/** Compares what lies at an output's path with its declaration; every fault goes to `issues`. */
export async function checkOutput(
  folder: string,
  output: Omit<Declared, 'path'>,
  issues: Issue[],
): Promise<Checked | undefined> {
  const declared: Declared = { ...output, path: join(folder, output.name) }
  const { path, declaration } = declared
  const report: Report = (code, message) => {
    issues.push({ code, message, path: declared.name })
    return undefined
  }
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    return report(
      'output_missing',
      `the step ended without output "${declared.name}": write ${wanted(declaration)} to ${variable(declared)}`,
    )
  }
  try {
    if (stat.isSymbolicLink()) return report('output_symlink', symlink(declared, 'is'))
    if (isValueOutput(declaration)) return checkValueFile({ ...declared, declaration }, stat, report)
    if (declaration.type === 'folder') return await checkFolder(declared, stat, report)
    if (stat.isFile()) return { kind: 'file', executable: readableMode(path, stat) }
    return report('output_invalid', invalid(declared, `expected a file, found ${kindOf(stat)}`))
  } catch (error) {
    if (!(error instanceof Error) || systemCode(error) === undefined) throw error
    return report('output_invalid', invalid(declared, `it cannot be read (${error.message})`))
  }
}

type Report = (code: ProblemCode, message: string) => undefined

function checkValueFile(
  output: Declared & { readonly declaration: ValueDeclaration },
  stat: Stats,
  report: Report,
): Checked | undefined {
  const { path, declaration } = output
  if (!stat.isFile()) {
    return report(
      'output_invalid',
      invalid(output, `expected a file with ${wanted(declaration)}, found ${kindOf(stat)}`),
    )
  }
  if (stat.size > MAX_VALUE_BYTES) {
    const size = `is ${stat.size} bytes long, more than the ${MAX_VALUE_BYTES} of a parameter output`
    return report('output_too_large', `output "${output.name}" ${size}: declare it as {type: file}`)
  }
  const text = decode(readFileSync(path))
  if (text === undefined) return report('output_invalid', invalid(output, 'expected UTF-8, found other bytes'))
  const read = readValue(declaration, declaration.type === 'string' ? text.replace(/\n$/, '') : text, matchesInTime)
  if (read.fault === undefined) return { kind: 'value', value: read.value }
  return report('output_invalid', invalid(output, read.fault))
}

function decode(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  return text.includes('\uFFFD') && !Buffer.from(text).equals(bytes) ? undefined : text
}

async function checkFolder(output: Declared, stat: Stats, report: Report): Promise<Checked | undefined> {
  if (!stat.isDirectory()) return report('output_invalid', invalid(output, `expected a folder, found ${kindOf(stat)}`))
  const walk: FolderWalk = { output, report, files: [], emptyFolders: [], sound: true, seen: 0 }
  await walkFolder(walk, '')
  return walk.sound ? { kind: 'folder', files: walk.files, emptyFolders: walk.emptyFolders } : undefined
}

type FolderWalk = {
  readonly output: Declared
  readonly report: Report
  readonly files: CheckedFile[]
  readonly emptyFolders: string[]
  sound: boolean
  seen: number
}

/** So many entries are looked at before other work gets its turn. */
const AT_ONCE = 500

async function walkFolder(walk: FolderWalk, folder: string): Promise<void> {
  const entries = folderEntries(join(walk.output.path, folder))
  if (entries.length === 0 && folder !== '') walk.emptyFolders.push(folder)
  for (const entry of entries) {
    walk.seen += 1
    if (walk.seen % AT_ONCE === 0) await turn()
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    const fault = nameFault(join(walk.output.path, folder), entry.name)
    if (fault !== undefined) refuse(walk, 'output_invalid', invalid(walk.output, `${JSON.stringify(path)} ${fault}`))
    else if (entry.isSymbolicLink()) refuse(walk, 'output_symlink', symlink(walk.output, `holds ${path},`))
    else if (entry.isDirectory()) await walkFolder(walk, path)
    else if (entry.isFile()) walk.files.push({ path, executable: readableMode(join(walk.output.path, path)) })
    else
      refuse(
        walk,
        'output_invalid',
        invalid(walk.output, `expected files and folders, found ${path}, ${specialName(entry)}`),
      )
  }
}

function refuse(walk: FolderWalk, code: ProblemCode, message: string): void {
  walk.sound = false
  walk.report(code, message)
}

/** Mode x of a file for its owner; throws where the file cannot be read, since it could not be stored either. */
function readableMode(path: string, stat: Stats = lstatSync(path)): boolean {
  accessSync(path, constants.R_OK)
  return (stat.mode & 0o100) !== 0
}

function kindOf(stat: Stats): string {
  if (stat.isFile()) return 'a file'
  return stat.isDirectory() ? 'a folder' : specialName(stat)
}

function wanted({ type }: OutputDeclaration): string {
  if (type === 'file' || type === 'folder') return `the ${type}`
  return type === 'string' ? 'its text' : `its JSON, a value of type ${type},`
}

function variable({ name }: Declared): string {
  return `$MINISUB_OUTPUTS/${name}`
}

function invalid(output: Declared, fault: string): string {
  return `output "${output.name}": ${fault}: correct what the step writes to ${variable(output)}`
}

function symlink({ name }: Declared, verb: string): string {
  return `output "${name}" ${verb} a symbolic link, which would lead nowhere on another machine: write the file itself`
}
