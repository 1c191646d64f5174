import { formatBytes } from '#core/base/quantity.ts'
import type { FileEntry, OutputRecord } from '#core/contract/outputs.ts'
import { identityOf } from '#core/pipelines/index.ts'
import { firstJson } from './content/json.ts'
import { shownJsons } from './content/shown.ts'
import { namesOf, type Findings } from './findings.ts'
import { own } from './own.ts'
import type { StepRunPair } from './sides.ts'

/** Of one folder so many files that differ are named. */
const MOST_FILES = 20

/** What two step runs left, where both succeeded: values as they are, files by the sha256 of their content. */
export function compareOutputs(pair: StepRunPair, findings: Findings): void {
  const { a, b } = pair
  if (a.madeBy === null || b.madeBy === null) return
  for (const name of namesOf(Object.keys(a.outputs), Object.keys(b.outputs))) {
    compareRecords({ ...pair, findings, name }, own(a.outputs, name), own(b.outputs, name))
  }
}

type Of = Pick<StepRunPair, 'step' | 'item'> & { readonly findings: Findings; readonly name: string }

function compareRecords(of: Of, a: OutputRecord | undefined, b: OutputRecord | undefined): void {
  const { findings, step, item, name } = of
  if (a?.kind === 'value' && b?.kind === 'value') return compareValues(of, a, b)
  findings.compared('artifacts')
  if (identityOf(a) === identityOf(b)) return
  if (a?.kind === 'folder' && b?.kind === 'folder') return compareFolders(of, a, b)
  if (a?.kind === 'file' && b?.kind === 'file') return compareFiles(of, { path: '', ...a }, { path: '', ...b })
  const isMissing = a === undefined || b === undefined
  const words = isMissing ? `the output ${name} is there in one run alone` : `the output ${name} is of another kind`
  findings.different({ aspect: 'artifacts', step, item, name, a: a?.kind ?? null, b: b?.kind ?? null, words })
}

type Value = Extract<OutputRecord, { kind: 'value' }>

function compareValues({ findings, step, item, name }: Of, a: Value, b: Value): void {
  findings.compared('values')
  const found = a.sha256 === b.sha256 ? undefined : firstJson(a.value, b.value)
  if (found === undefined) return
  const inner = found.path === '$' ? '' : ` at ${found.path}`
  const [one, other] = shownJsons(found.a, found.b)
  const words = `the value ${name} differs${inner}: ${one ?? 'nothing'} and ${other ?? 'nothing'}`
  findings.different({ aspect: 'values', step, item, name, a: one, b: other, words })
}

type Folder = Extract<OutputRecord, { kind: 'folder' }>

function compareFolders(of: Of, a: Folder, b: Folder): void {
  const [left, right] = [filesOf(a), filesOf(b)]
  const paths = namesOf(left.keys(), right.keys()).filter((path) => textOf(left.get(path)) !== textOf(right.get(path)))
  for (const path of paths.slice(0, MOST_FILES)) compareFiles(of, left.get(path), right.get(path))
  const { findings, step, item, name } = of
  const about = { aspect: 'artifacts', step, item, name, a: countOf(a), b: countOf(b) } as const
  if (paths.length > MOST_FILES) {
    const words = `${paths.length - MOST_FILES} more files of ${name} differ`
    findings.different({ ...about, words })
  }
  if (paths.length === 0) findings.different({ ...about, words: `the output ${name} has other empty folders` })
}

function filesOf({ files }: Folder): Map<string, FileEntry> {
  return new Map(files.map((file) => [file.path, file]))
}

type File = Pick<FileEntry, 'path' | 'size' | 'sha256' | 'executable'>

function compareFiles({ findings, step, item, name }: Of, a: File | undefined, b: File | undefined): void {
  const path = a?.path ?? b?.path ?? ''
  const whole = path === '' ? name : `${name}/${path}`
  const isOther = a !== undefined && b !== undefined && a.sha256 !== b.sha256
  const words =
    a === undefined || b === undefined
      ? `the file ${whole} is there in one run alone`
      : isOther
        ? `the content of ${whole} differs`
        : `the file ${whole} may be executed in one run alone`
  findings.different({
    aspect: 'artifacts',
    step,
    item,
    name: whole,
    a: shownFile(a),
    b: shownFile(b),
    words,
    ...(isOther && { contents: { a, b, name: path } }),
  })
}

function textOf(file: File | undefined): string {
  return file === undefined ? '' : `${file.sha256}${file.executable ? ' x' : ''}`
}

function shownFile(file: File | undefined): string | null {
  if (file === undefined) return null
  return `${formatBytes(file.size)}, sha256 ${file.sha256.slice(0, 12)}${file.executable ? ', may be executed' : ''}`
}

function countOf({ files }: Folder): string {
  return `${files.length} files`
}
