import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONTAINER, RUNNER_HAZARDS, runnerEntrypoint, type RunnerSpec } from '#core/attempts/index.ts'
import { buildRunnerImage } from '../../scripts/build/runner-images.ts'
import { readRecords, type RunnerResult } from './runner.ts'

/** Marks what one process of tests makes in the engine. */
const OWNER = `runner-${process.pid}`
const LABEL = `minisub.test=${OWNER}`
const VOLUME = `minisub-test-${OWNER}`

/** Arguments of a container that has the runner in a volume at its place. */
export const RUNNER_VOLUME = ['--volume', `${VOLUME}:${CONTAINER.runner}:ro`]

/** Calls the docker command; throws an Error with what it says. */
export function docker(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** Builds the runner's image for the engine's platform and fills a volume with it, as the Docker runtime does. */
export function prepareRunner(): void {
  const tag = runnerImage()
  docker('volume', 'create', '--label', LABEL, VOLUME)
  docker('rm', docker('create', '--label', LABEL, '--volume', `${VOLUME}:${CONTAINER.runner}`, tag, 'none'))
}

/** The runner's image for the engine's platform, built where it is not there. */
export function runnerImage(): string {
  return buildRunnerImage(enginePlatform())
}

/** Removes all that tests of this process left in the engine. */
export function removeRunner(): void {
  const ids = docker('ps', '--all', '--quiet', '--filter', `label=${LABEL}`).split('\n').filter(Boolean)
  if (ids.length > 0) docker('rm', '--force', ...ids)
  docker('volume', 'rm', '--force', VOLUME)
  const images = docker('images', '--quiet', '--filter', `label=${LABEL}`).split('\n').filter(Boolean)
  if (images.length > 0) docker('rmi', '--force', ...images)
}

/** Such as `linux/amd64`. */
export function enginePlatform(): string {
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
  const id = createWithRunner(image, runnerEntrypoint(enginePlatform()), [...RUNNER_VOLUME, ...args])
  copyIn(id, spec)
  return id
}

/** A container that starts with an entrypoint of the runner, made but not started. */
export function createWithRunner(image: string, entrypoint: readonly string[], args: readonly string[]): string {
  const [program = '', ...rest] = entrypoint
  const hazards = RUNNER_HAZARDS.flatMap((name) => ['--env', name])
  const own = ['--label', LABEL, ...hazards, '--entrypoint', program, '--workdir', '/']
  return docker('create', ...own, ...args, image, ...rest)
}

/** Folders that all may write to, and the spec, as one archive; the folder that holds them is root's. */
function copyIn(id: string, spec: RunnerSpec): void {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-placed-'))
  try {
    for (const path of [CONTAINER.code, CONTAINER.outputs, CONTAINER.home]) {
      mkdirSync(join(folder, path), { recursive: true })
      chmodSync(join(folder, path), 0o777)
    }
    writeFileSync(join(folder, CONTAINER.spec), JSON.stringify(spec))
    chmodSync(join(folder, CONTAINER.spec), 0o666)
    const tar = spawnSync('tar', ['--owner=0', '--group=0', '-C', folder, '-cf', '-', CONTAINER.root.slice(1)])
    const { status, stderr } = spawnSync('docker', ['cp', '-', `${id}:/`], { input: tar.stdout })
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
