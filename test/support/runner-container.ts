import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONTAINER, RUNNER_HAZARDS, runnerEntrypoint, type RunnerSpec } from '#core/attempts/index.ts'
import { buildRunnerImage } from '../../scripts/build/runner-images.ts'
import { readRecords, type RunnerResult } from './runner.ts'

/** Marks what one process of tests makes in the engine. */
const OWNER = `runner-${process.pid}`
const LABEL = `minisub.test=${OWNER}`
const VOLUME = `minisub-test-${OWNER}`

/** Calls the docker command; throws an Error with what it says. */
export function docker(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** Builds the runner's image for the engine's platform and fills a volume with it, as the Docker runtime does. */
export function prepareRunner(): void {
  const tag = buildRunnerImage(enginePlatform())
  docker('volume', 'create', '--label', LABEL, VOLUME)
  docker('rm', docker('create', '--label', LABEL, '--volume', `${VOLUME}:${CONTAINER.runner}`, tag, 'none'))
}

/** Removes all that tests of this process left in the engine. */
export function removeRunner(): void {
  const ids = docker('ps', '--all', '--quiet', '--filter', `label=${LABEL}`).split('\n').filter(Boolean)
  if (ids.length > 0) docker('rm', '--force', ...ids)
  docker('volume', 'rm', '--force', VOLUME)
  const images = docker('images', '--quiet', '--filter', `label=${LABEL}`).split('\n').filter(Boolean)
  if (images.length > 0) docker('rmi', '--force', ...images)
}

function enginePlatform(): string {
  return docker('version', '--format', '{{.Server.Os}}/{{.Server.Arch}}')
}

/** Builds an image from the text of a Dockerfile without a context; returns its id. */
export function buildImage(dockerfile: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-image-'))
  try {
    writeFileSync(join(folder, 'Dockerfile'), dockerfile)
    return docker('build', '--quiet', '--label', LABEL, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export type ContainerRun = RunnerResult & {
  /** What was printed past the records: complaints of Node or of the loader. */
  readonly complaints: string
  /** From the call to start to the end of the container. */
  readonly tookMs: number
}

/** A container with the runner, made and filled but not started. */
export function createContainer(image: string, spec: RunnerSpec, args: readonly string[] = []): string {
  const [program = '', ...rest] = runnerEntrypoint(enginePlatform())
  const hazards = RUNNER_HAZARDS.flatMap((name) => ['--env', name])
  const volume = ['--volume', `${VOLUME}:${CONTAINER.runner}:ro`]
  const own = ['--label', LABEL, ...volume, ...hazards, '--entrypoint', program, '--workdir', '/']
  const id = docker('create', ...own, ...args, image, ...rest)
  copyIn(id, spec)
  return id
}

/** Folders that all may write to, and the spec, as one archive. */
function copyIn(id: string, spec: RunnerSpec): void {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-placed-'))
  try {
    for (const name of ['code', 'outputs', 'home']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec))
    const tar = spawnSync('tar', ['--mode=a+rwX', '-C', folder, '-cf', '-', 'code', 'outputs', 'home', 'spec.json'])
    const { status, stderr } = spawnSync('docker', ['cp', '-', `${id}:${CONTAINER.root}`], { input: tar.stdout })
    if (status !== 0) throw new Error(stderr.toString())
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Starts a container and reads all that it prints. Removes it unless `keep`. */
export async function runContainer(id: string, keep = false): Promise<ContainerRun> {
  const began = performance.now()
  const child = spawn('docker', ['start', '--attach', id], { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  let complaints = ''
  child.stdout.on('data', (piece: Buffer) => void printed.push(piece))
  child.stderr.on('data', (piece: Buffer) => void (complaints += piece.toString()))
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve))
  const tookMs = performance.now() - began
  if (!keep) docker('rm', '--force', id)
  try {
    return { ...readRecords(Buffer.concat(printed).toString()), code, complaints, tookMs }
  } catch (error) {
    throw new Error(`the container ended with ${code}: ${complaints}`, { cause: error })
  }
}
