import { canonicalJson } from '#core/base/json.ts'
import { CONTAINER } from '#core/attempts/index.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { foldersOf, pathInside } from '#core/files/index.ts'
import type { Placed } from '#core/runtimes/driver.ts'
import type { Blobs } from '#core/store/index.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import type { AttemptTask } from './executor.ts'
import { findOutput } from './read-output.ts'
import type { StepPaths } from './resolve.ts'

/** Where a step's paths lie in a container. */
export const CONTAINER_PATHS: StepPaths = {
  input: (name) => `${CONTAINER.inputs}/${name}`,
  output: (name) => `${CONTAINER.outputs}/${name}`,
  upstream: (step, output) => `${CONTAINER.inputs}/steps.${step}.${output}`,
}

/** The runtime gives everything to the image's user, whoever that is. */
const WRITABLE_FOLDER = 0o755
const READ_ONLY_FOLDER = 0o555

type Options = {
  readonly task: AttemptTask
  readonly snapshot: Pick<CodeSnapshot, 'files' | 'links'>
  readonly blobs: Pick<Blobs, 'sourceOf'>
  /** Input name to the file or folder beside the document. */
  readonly files: Readonly<Record<string, OutputRecord>>
  /** Ends the reading where the attempt is given up. */
  readonly signal: AbortSignal
}

/**
 * All that lies in a container before its command starts: code, inputs, and the empty folders that it writes to. It can
 * be read again and again; bytes stay in the store. Reading throws Problem `artifact_missing`, or the signal's reason.
 */
export function containerFiles(options: Options): Iterable<Placed> {
  return { [Symbol.iterator]: () => untilAborted(options) }
}

function* untilAborted(options: Options): Generator<Placed> {
  for (const placed of allFiles(options)) {
    options.signal.throwIfAborted()
    yield placed
  }
}

function* allFiles({ task, snapshot, blobs, files }: Options): Generator<Placed> {
  yield folder(CONTAINER.root, WRITABLE_FOLDER)
  yield folder(CONTAINER.outputs, WRITABLE_FOLDER)
  yield folder(CONTAINER.home, WRITABLE_FOLDER)
  yield* code(snapshot, blobs)
  yield folder(CONTAINER.inputs, WRITABLE_FOLDER)
  const { inputs, reads } = task.step.bound.planned
  for (const [name, input] of inputs) {
    const [record, path] = [files[name], CONTAINER_PATHS.input(name)]
    if (input.kind === 'expression') yield* upstream({ task, blobs, ...input.reference }, path)
    else if (record !== undefined) yield* readOnly(record, path, blobs)
  }
  for (const read of reads) {
    if (read.kind !== 'outputPath') continue
    yield* upstream({ task, blobs, ...read }, CONTAINER_PATHS.upstream(read.step, read.output))
  }
}

/** The code, which the attempt may change. */
function* code({ files, links }: Options['snapshot'], blobs: Options['blobs']): Generator<Placed> {
  yield folder(CONTAINER.code, WRITABLE_FOLDER)
  for (const path of foldersOf([...files, ...links].map((entry) => entry.path))) {
    yield folder(pathInside(CONTAINER.code, path), WRITABLE_FOLDER)
  }
  for (const { path, sha256, size, executable } of files) {
    yield file(pathInside(CONTAINER.code, path), { sha256, size, mode: executable ? 0o755 : 0o644 }, blobs)
  }
  for (const { path, target } of links) yield { kind: 'link', path: pathInside(CONTAINER.code, path), target }
}

type Upstream = Pick<Options, 'task' | 'blobs'> & { readonly step: string; readonly output: string }

/** An output of another step: its default, itself, or after a fan-out all of them. */
function* upstream({ task, blobs, step, output }: Upstream, path: string): Generator<Placed> {
  const found = findOutput(task.state, step, output)
  if (found.kind === 'default') return yield text(path, canonicalJson(found.value))
  if (found.kind === 'record') return yield* readOnly(found.record, path, blobs)
  const type = task.state.byName.get(step)?.bound.planned.definition.outputs[output]?.type
  // A gathered parameter output is one JSON list; gathered files are a folder 0, 1, 2 …
  if (type !== 'file' && type !== 'folder') {
    const values = found.records.map((record) => (record.kind === 'value' ? record.value : null))
    return yield text(path, canonicalJson(values))
  }
  yield folder(path, READ_ONLY_FOLDER)
  for (const [index, record] of found.records.entries()) yield* readOnly(record, `${path}/${index}`, blobs)
}

/** What a record holds, for reading only. */
function* readOnly(record: OutputRecord, path: string, blobs: Options['blobs']): Generator<Placed> {
  if (record.kind === 'value') return yield text(path, canonicalJson(record.value))
  if (record.kind === 'file') return yield file(path, { ...record, mode: modeOf(record) }, blobs)
  yield folder(path, READ_ONLY_FOLDER)
  const { files, emptyFolders } = record
  for (const inner of [...foldersOf([...files.map((it) => it.path), ...emptyFolders]), ...emptyFolders]) {
    yield folder(pathInside(path, inner), READ_ONLY_FOLDER)
  }
  for (const it of files) yield file(pathInside(path, it.path), { ...it, mode: modeOf(it) }, blobs)
}

function modeOf({ executable }: { readonly executable: boolean }): number {
  return executable ? 0o555 : 0o444
}

function folder(path: string, mode: number): Placed {
  return { kind: 'folder', path, mode }
}

type Stored = { readonly sha256: string; readonly size: number; readonly mode: number }

function file(path: string, { sha256, size, mode }: Stored, blobs: Options['blobs']): Placed {
  return { kind: 'file', path, mode, size, source: blobs.sourceOf(sha256) }
}

function text(path: string, bytes: string): Placed {
  return { kind: 'bytes', path, mode: 0o444, bytes }
}
