import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '#core/base/id.ts'
import { CONTAINER } from '#core/attempts/index.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { AttemptRuntime, Exit, KeepFile, Placed, Workload, WorkloadPart } from '../driver.ts'
import { openDockerEngine } from './engine.ts'
import { homeMark } from './labels.ts'
import { openDockerRuntime } from './runtime.ts'

export const BUSYBOX = 'busybox:1.35'

/** The runtime on a data folder of its own, for tests with the real engine. */
export type DockerBench = AsyncDisposable & {
  readonly root: string
  readonly runtime: AttemptRuntime
  /** Another core on the same data folder. */
  readonly open: () => AttemptRuntime
  readonly workload: (command: readonly string[], part?: Partial<WorkloadPart>) => Workload
  /** A workload of a shell script of busybox. */
  readonly shell: (script: string, part?: Partial<WorkloadPart>) => Workload
  /** Starts and waits; throws Error where it was lost. */
  readonly run: (workload: Workload) => Promise<Exit>
  /** The log so far. */
  readonly log: (workload: Workload) => Promise<string[]>
  /** The containers of this data folder that the engine has, running or not. */
  readonly left: () => string[]
}

/** With the runtime that is given, or one of its own. */
export function openDockerBench(given?: AttemptRuntime): DockerBench {
  const root = mkdtempSync(join(tmpdir(), 'minisub-docker-'))
  const open = (): AttemptRuntime => openDockerRuntime({ home: root, engine: openDockerEngine() })
  const runtime = given ?? open()
  const made: Workload[] = []
  const workload: DockerBench['workload'] = (command, part = {}) => {
    const id = newId()
    const controlFolder = join(root, id)
    mkdirSync(controlFolder)
    const env = { MINISUB_RUN_ID: id, ...part.env }
    const common = { role: 'main', image: BUSYBOX, mounts: [], ports: [], limits: {}, workingFolder: '/' }
    const labels = { run: id, step: 'train', attempt: '1' }
    const one: Workload = { id, labels, kind: 'job', controlFolder, parts: [{ ...common, ...part, command, env }] }
    made.push(one)
    return one
  }
  return {
    root,
    runtime,
    open,
    workload,
    shell: (script, part) => workload(['sh', '-c', script], part),
    async run(one) {
      await runtime.start(one)
      const state = await runtime.wait(one)
      if (state.phase !== 'exited') throw new Error(`it was lost: ${state.reason}`)
      return state.exit
    },
    async log({ controlFolder }) {
      const page = await runtime.readLog(controlFolder, 0, 10_000_000)
      return page.lines.map(({ text }) => text)
    },
    left: () => names('ps', '--all', '--filter', `label=minisub.home=${homeMark(root)}`, '--format', '{{.Names}}'),
    async [Symbol.asyncDispose]() {
      await Promise.all(made.map((one) => runtime.sweep({ run: one.id })))
      await runtime[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Calls the docker command, as somebody from outside does; throws an Error with what it says. */
export function docker(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

function names(...args: string[]): string[] {
  return docker(...args)
    .split('\n')
    .filter(Boolean)
}

/** Builds an image from the text of a Dockerfile and files beside it; returns its id. */
export function buildImage(dockerfile: string, files: Readonly<Record<string, Uint8Array>> = {}, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-image-'))
  try {
    writeFileSync(join(folder, 'Dockerfile'), dockerfile)
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes, { mode: 0o755 })
    return docker('build', '--quiet', ...args, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What every step has: its folders, and declared outputs. */
export function stepPart(
  declared: Readonly<Record<string, OutputDeclaration>>,
  placed: readonly Placed[] = [],
): Partial<WorkloadPart> {
  const folders = [CONTAINER.code, CONTAINER.inputs, CONTAINER.outputs, CONTAINER.home]
  return {
    workingFolder: CONTAINER.code,
    env: { HOME: CONTAINER.home, OUT: CONTAINER.outputs },
    placed: [...folders.map((path): Placed => ({ kind: 'folder', path, mode: 0o755 })), ...placed],
    outputs: { folder: CONTAINER.outputs, declared },
  }
}

/** A `keep` that remembers contents by their hash, and throws where the bytes are others than was said. */
export function keeper(): { readonly keep: KeepFile; readonly texts: Map<string, string> } {
  const texts = new Map<string, string>()
  const keep: KeepFile = async (bytes, { sha256, size }) => {
    const pieces: Uint8Array[] = []
    for await (const piece of bytes) pieces.push(Buffer.from(piece))
    const whole = Buffer.concat(pieces)
    const actual = createHash('sha256').update(whole).digest('hex')
    if (actual !== sha256 || whole.length !== size) throw new Error(`bytes of ${sha256} are those of ${actual}`)
    texts.set(sha256, whole.toString())
  }
  return { keep, texts }
}
