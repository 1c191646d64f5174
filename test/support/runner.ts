import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { RunnerEnd, RunnerSpec } from '#core/attempts/index.ts'
import { RUNNER_BUNDLE } from '../../scripts/build/bundle-runner.ts'

/** One record that a runner printed. */
export type PrintedRecord = { readonly kind: string; readonly time: number; readonly text: string }

/** All that one run of the runner shows. */
export type RunnerResult = {
  readonly records: readonly PrintedRecord[]
  /** Texts of the lines of stdout, and of stderr. */
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly end: RunnerEnd
  /** The exit code of the runner itself. */
  readonly code: number | null
}

/** A whole spec of a command that has nothing but itself. */
export function runnerSpec(command: readonly string[], more: Partial<RunnerSpec> = {}): RunnerSpec {
  const rest = { env: {}, workingFolder: tmpdir(), outputs: null, secrets: [], timeoutMs: null, graceMs: 1_000 }
  return { version: 1, command, ...rest, ...more }
}

/** What a runner printed, as records: the last one is its end. */
export function readRecords(printed: string): Omit<RunnerResult, 'code'> {
  const records = printed
    .split('\n')
    .slice(0, -1)
    .map((line): PrintedRecord => {
      const space = line.indexOf(' ')
      return { kind: line.slice(0, 1), time: Number(line.slice(1, space)), text: line.slice(space + 1) }
    })
  const last = records.at(-1)
  if (last?.kind !== 'x') throw new Error(`the last record is no end: ${printed.slice(-300)}`)
  const texts = (kind: string) => wholeLines(records, kind)
  return { records, stdout: texts('o'), stderr: texts('e'), end: JSON.parse(last.text) as RunnerEnd }
}

/** The lines of a stream; a long one comes in several records, all but the last with its kind in upper case. */
function wholeLines(records: readonly PrintedRecord[], kind: string): string[] {
  const lines: string[] = []
  let begun = ''
  for (const record of records) {
    if (record.kind === kind.toUpperCase()) begun += record.text
    if (record.kind !== kind) continue
    lines.push(begun + record.text)
    begun = ''
  }
  return lines
}

/** A runner on this machine; `printed` is what it prints, unread so far. */
export type HostRunner = {
  readonly child: ChildProcess
  readonly specPath: string
  readonly printed: Readable
  readonly result: () => Promise<RunnerResult>
}

/** Starts the bundle with a spec in a file, which is gone after the end whatever happened. */
export function startRunner(spec: unknown, env: NodeJS.ProcessEnv = process.env): HostRunner {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-runner-test-'))
  const specPath = join(folder, 'spec.json')
  writeFileSync(specPath, typeof spec === 'string' ? spec : JSON.stringify(spec), { mode: 0o666 })
  const child = spawn(process.execPath, [RUNNER_BUNDLE, specPath], { stdio: ['ignore', 'pipe', 'inherit'], env })
  const code = new Promise<number | null>((resolve) => void child.once('close', resolve))
  void code.then(() => rmSync(folder, { recursive: true, force: true }))
  const result = async (): Promise<RunnerResult> => {
    const pieces: Buffer[] = []
    for await (const piece of child.stdout as AsyncIterable<Buffer>) pieces.push(piece)
    return { ...readRecords(Buffer.concat(pieces).toString()), code: await code }
  }
  return { child, specPath, printed: child.stdout, result }
}

/** Runs a command under the bundle to its end. */
export function runUnder(command: readonly string[], more: Partial<RunnerSpec> = {}): Promise<RunnerResult> {
  return startRunner(runnerSpec(command, more)).result()
}
