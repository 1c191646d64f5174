import { PROBLEM_CODES, type ProblemCode } from '#core/base/problem-codes.ts'
import type { FileEntry, OutputRecord, OutputRecords } from '#core/contract/outputs.ts'
import { digestOfJson } from '#core/files/index.ts'
import { corrupt, orNull, readBoolean, readCount, readJsonBytes, readList, readNumber } from './json-shape.ts'
import { readObject, readOneOf, readSha256, readText, type Read } from './json-shape.ts'
import type { PodEnd } from './pod.ts'
import type { RunnerEnd } from './protocol.ts'

/** What an attempt in a pod left, as POD.end. Throws Problem `artifact_corrupt` for anything else. */
export function readPodEnd(bytes: Uint8Array): PodEnd {
  const place = 'the end of the attempt'
  const { version, pod, node, startedAt, end, outputs, tracked } = readObject(readJsonBytes(bytes, place), place)
  if (version !== 1) throw corrupt(place, 'it is of a version that is not known here')
  return {
    version,
    pod: readText(pod, `${place}, pod`),
    node: readText(node, `${place}, node`),
    startedAt: orNull(readNumber)(startedAt, `${place}, startedAt`),
    end: readRunnerEnd(end, `${place}, end`),
    outputs: orNull(readRecords)(outputs, `${place}, outputs`),
    ...(tracked === true ? { tracked } : {}),
  }
}

/** The records of a step's outputs, as POD.outputs. Throws Problem `artifact_corrupt` for anything else. */
export function readOutputRecords(bytes: Uint8Array, place: string): OutputRecords {
  return readRecords(readJsonBytes(bytes, place), place)
}

const readRunnerEnd: Read<RunnerEnd> = (value, place) => {
  const end = readObject(value, place)
  return {
    exitCode: orNull(readCount)(end['exitCode'], `${place}.exitCode`),
    finishedAt: readNumber(end['finishedAt'], `${place}.finishedAt`),
    cpuSeconds: orNull(readNumber)(end['cpuSeconds'], `${place}.cpuSeconds`),
    peakMemoryBytes: orNull(readNumber)(end['peakMemoryBytes'], `${place}.peakMemoryBytes`),
    outOfMemory: readBoolean(end['outOfMemory'], `${place}.outOfMemory`),
    stoppedBy: orNull(readOneOf('signal', 'timeout'))(end['stoppedBy'], `${place}.stoppedBy`),
    problem: orNull(readProblem)(end['problem'], `${place}.problem`),
  }
}

const readProblem: Read<NonNullable<RunnerEnd['problem']>> = (value, place) => {
  const { code, message } = readObject(value, place)
  if (!isCode(code)) throw corrupt(place, 'its code is not known here')
  return { code, message: readText(message, `${place}.message`) }
}

function isCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(PROBLEM_CODES, code)
}

const readRecords: Read<OutputRecords> = (value, place) => {
  const members = Object.entries(readObject(value, place))
  return Object.fromEntries(members.map(([name, record]) => [name, readRecord(record, `${place}.${name}`)]))
}

const readRecord: Read<OutputRecord> = (value, place) => {
  const record = readObject(value, place)
  const sha256 = readSha256(record['sha256'], `${place}.sha256`)
  const kind = readOneOf('value', 'file', 'folder')(record['kind'], `${place}.kind`)
  if (kind === 'value') {
    const held = record['value']
    if (held === undefined || digestOfJson(held) !== sha256) throw corrupt(place, 'its value has another sha256')
    return { kind, value: held, sha256 }
  }
  const size = readCount(record['size'], `${place}.size`)
  if (kind === 'file')
    return { kind, size, executable: readBoolean(record['executable'], `${place}.executable`), sha256 }
  const files = readList(readFile)(record['files'], `${place}.files`)
  const emptyFolders = readList(readPath)(record['emptyFolders'], `${place}.emptyFolders`)
  if (files.reduce((sum, file) => sum + file.size, 0) !== size) throw corrupt(place, 'its files have another size')
  return { kind, size, files, emptyFolders, sha256 }
}

const readFile: Read<FileEntry> = (value, place) => {
  const { path, size, executable, sha256 } = readObject(value, place)
  return {
    path: readPath(path, `${place}.path`),
    size: readCount(size, `${place}.size`),
    executable: readBoolean(executable, `${place}.executable`),
    sha256: readSha256(sha256, `${place}.sha256`),
  }
}

/** A path that stays in its folder. */
const readPath: Read<string> = (value, place) => {
  const path = readText(value, place)
  if (!path.includes('\0') && path.split('/').every((name) => !['', '.', '..'].includes(name))) return path
  throw corrupt(place, 'it leads out of its folder')
}
