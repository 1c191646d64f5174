import type Dockerode from 'dockerode'
import { CONTAINER, RUNNER_HAZARDS, runnerEntrypoint, type RunnerSpec } from '#core/attempts/index.ts'
import { Problem } from '../../base/problem.ts'
import type { Limits, Workload, WorkloadPart } from '../driver.ts'

/**
 * What the runner itself may use beside the step. It holds 11 to 17 MB; the rest is room for the pages of Node's file,
 * which count for the first container that reads them, and without which it would be slow.
 */
const RUNNER_MEMORY_BYTES = 64 * 2 ** 20
/** The runner has 9 threads, and starts `mkfifo` for a moment; the rest is for orphans, which stay until it ends. */
const RUNNER_TASKS = 32
/** The least that engines take as a memory limit. */
const LEAST_MEMORY_BYTES = 6 * 2 ** 20
/** A petabyte: engines know no word for "no limit", and their defaults may have one. */
const WHOLE_LOG = { 'max-size': '1000000g', 'max-file': '1', compress: 'false', mode: 'blocking' }
const CPU_PERIOD_MICROSECONDS = 100_000
const LEAST_CPU_QUOTA_MICROSECONDS = 1_000
/** From asking to stop to killing, where nobody outside says otherwise. */
export const RUNNER_GRACE_MS = 10_000

/** What an image says of itself that its containers have to know. */
export type ImageFacts = { readonly user: string; readonly env: Readonly<Record<string, string>> }

export type ContainerOptions = {
  readonly workload: Workload
  readonly part: WorkloadPart
  readonly labels: Readonly<Record<string, string>>
  /** Such as `linux/amd64`. */
  readonly platform: string
  /** The volume with the runner. */
  readonly runnerVolume: string
}

/**
 * The body of the engine's call that makes the container of a part. Nothing secret is in it: what a command gets comes
 * in the runner's spec. Throws Problem `invalid_value`, `image_platform` or `not_supported`.
 */
export function containerBody(options: ContainerOptions): Dockerode.ContainerCreateOptions {
  const { part, labels, platform, runnerVolume } = options
  if (part.image === undefined) {
    throw new Problem('not_supported', 'the docker runtime starts containers alone: name an image for the step')
  }
  return {
    Image: part.image,
    Entrypoint: runnerEntrypoint(platform),
    Cmd: [],
    WorkingDir: '/',
    // a name without `=` is taken out of what the image sets
    Env: [...RUNNER_HAZARDS],
    Labels: { ...labels },
    Tty: false,
    OpenStdin: false,
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...limitsOf(part.limits),
      Binds: part.mounts.map(({ source, target, readOnly }) => `${source}:${target}${readOnly ? ':ro' : ''}`),
      Mounts: [{ Type: 'volume', Source: runnerVolume, Target: CONTAINER.runner, ReadOnly: true }],
      // nothing is rotated away or dropped, whatever the engine's own defaults are
      LogConfig: { Type: 'json-file', Config: WHOLE_LOG },
      AutoRemove: false,
      Init: false,
      RestartPolicy: { Name: 'no' },
    },
  }
}

function limitsOf({ cpu, memory, pids, shm, gpu, network }: Limits): Dockerode.HostConfig {
  return {
    ...(cpu === undefined ? {} : cpuLimit(cpu)),
    ...(memory === undefined ? {} : memoryLimit(memory)),
    ...(pids === undefined ? {} : { PidsLimit: pids + RUNNER_TASKS }),
    ...(shm === undefined ? {} : { ShmSize: shm }),
    ...(gpu === undefined || gpu === 0 ? {} : { DeviceRequests: [{ Count: gpu, Capabilities: [['gpu']] }] }),
    ...(network === false ? { NetworkMode: 'none' } : {}),
  }
}

/** A quota, not NanoCpus: engines refuse more of those than they have cores, and a bound above that is no fault. */
function cpuLimit(cores: number): Dockerode.HostConfig {
  const quota = Math.max(LEAST_CPU_QUOTA_MICROSECONDS, Math.round(cores * CPU_PERIOD_MICROSECONDS))
  return { CpuPeriod: CPU_PERIOD_MICROSECONDS, CpuQuota: quota }
}

function memoryLimit(bytes: number): Dockerode.HostConfig {
  if (bytes < LEAST_MEMORY_BYTES) {
    const message = `a memory limit of ${bytes} bytes is less than the 6 MiB that container engines take: raise it`
    throw new Problem('invalid_value', message, { path: 'resources.memory' })
  }
  const all = bytes + RUNNER_MEMORY_BYTES
  return { Memory: all, MemorySwap: all }
}

/** What the runner is told of a part; variables that would change the runner itself come to the command through here. */
export function runnerSpec({ timeoutMs }: Workload, part: WorkloadPart, image: ImageFacts): RunnerSpec {
  const kept = RUNNER_HAZARDS.flatMap((name) => (name in image.env ? [[name, image.env[name] ?? '']] : []))
  return {
    version: 1,
    command: part.command,
    env: { ...Object.fromEntries(kept), ...part.env },
    workingFolder: part.workingFolder,
    outputs: part.outputs ?? null,
    secrets: part.secrets ?? [],
    timeoutMs: timeoutMs ?? null,
    graceMs: RUNNER_GRACE_MS,
    ...(part.tracking === undefined ? {} : { tracking: part.tracking }),
  }
}
