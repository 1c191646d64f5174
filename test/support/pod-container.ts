import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CONTAINER, POD_VARIABLES, podEntrypoint, readPodEnd } from '#core/attempts/index.ts'
import type { PodEnd, PodSpec } from '#core/attempts/index.ts'
import {
  createWithRunner,
  docker,
  enginePlatform,
  runContainer,
  RUNNER_VOLUME,
  type ContainerRun,
} from './runner-container.ts'

/** A whole spec of a step that has nothing but its command. */
export function podSpec(command: readonly string[], more: Partial<PodSpec> = {}): PodSpec {
  return {
    version: 1,
    step: 'train',
    command: command.map((text) => [text]),
    env: {},
    secrets: {},
    each: [],
    producers: [],
    inputs: [],
    outputs: {},
    parameters: [],
    hasCode: false,
    imageEnv: {},
    timeoutMs: null,
    graceMs: 1_000,
    ...more,
  }
}

export type PodOptions = {
  readonly image: string
  readonly spec: PodSpec
  /** What Argo has put into the volume: paths below its top, such as `a-data/x`; undefined for an empty folder. */
  readonly brought?: Readonly<Record<string, string | Uint8Array | undefined>>
  /** Laid over what every pod has. */
  readonly env?: Readonly<Record<string, string>>
  /** Further arguments of `docker create`. */
  readonly args?: readonly string[]
  /** What other users may read, as with `mode: 0755` and `recurseMode` of an input artifact. */
  readonly isReadable?: boolean
  /** Lies at the top instead of a new one. */
  readonly volume?: string
  /** False: the runner lies in the image itself, or `args` bring it. */
  readonly hasVolume?: boolean
}

export type PodRun = ContainerRun & {
  readonly left: PodEnd
  /** A copy of what lies in the volume; removed by `removePods`. */
  readonly folder: string
}

const folders: string[] = []

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-pod-'))
  folders.push(folder)
  return folder
}

/** Removes all copies of volumes. */
export function removePods(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** A container as Argo's main container of a pod: its volume filled, its variables set; made but not started. */
export function createPod(options: PodOptions): string {
  const { image, spec, brought = {}, env = {}, args = [], isReadable = false, hasVolume = true, volume } = options
  const variables = {
    [POD_VARIABLES.run]: '01k0000000000000000000000a',
    [POD_VARIABLES.retry]: '0',
    [POD_VARIABLES.pod]: 'a-pod',
    [POD_VARIABLES.node]: 'a-node',
    ...env,
  }
  const set = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const volumes = [
    '--volume',
    volume === undefined ? CONTAINER.root : `${volume}:${CONTAINER.root}`,
    ...(hasVolume ? RUNNER_VOLUME : []),
  ]
  const id = createWithRunner(image, podEntrypoint(enginePlatform()), [...volumes, ...set, ...args])
  bring(id, { 'a-spec': JSON.stringify(spec), ...brought }, isReadable)
  return id
}

/** As Argo's init container does: the top is for all to write, what lies in it is root's alone. */
function bring(id: string, brought: NonNullable<PodOptions['brought']>, isReadable: boolean): void {
  const folder = temporary()
  const root = join(folder, CONTAINER.root)
  for (const [path, content] of Object.entries(brought)) {
    mkdirSync(content === undefined ? join(root, path) : dirname(join(root, path)), { recursive: true })
    if (content !== undefined) writeFileSync(join(root, path), content)
  }
  spawnSync('chmod', ['-R', isReadable ? 'a=rX,u+wx' : 'go=', root])
  chmodSync(root, 0o777)
  const script = 'tar --owner=0 --group=0 -C "$1" -cf - "$2" | docker cp - "$3:/"'
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', folder, CONTAINER.root.slice(1), id])
  if (status !== 0) throw new Error(stderr.toString())
}

/** Runs a pod to its end and takes a copy of what its volume holds then. */
export async function runPod(options: PodOptions): Promise<PodRun> {
  return finishPod(createPod(options))
}

/** The same for one that was created. */
export async function finishPod(id: string): Promise<PodRun> {
  const result = await runContainer(id, true)
  const folder = temporary()
  spawnSync('sh', ['-c', 'docker cp "$1:$2/." - | tar -x -C "$3"', 'sh', id, CONTAINER.root, folder])
  docker('rm', '--force', '--volumes', id)
  return { ...result, folder, left: readPodEnd(readFileSync(join(folder, 'end.json'))) }
}
