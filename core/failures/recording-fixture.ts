import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { PodView } from '#core/contract/run.ts'
import { CONTAINER, signalOf } from '#core/attempts/index.ts'
import type { Evidence } from './index.ts'

/** A failure as it stands in recorded/*.yaml: what is left out follows from the rest. */
export type Recording = {
  /** Id of the rule; null where none fits. */
  readonly is: string | null
  /** Where it is from. */
  readonly from?: string
  readonly runtime?: Evidence['runtime']
  readonly code?: ProblemCode
  readonly exit?: number
  readonly reason?: string | null
  readonly waiting?: string
  readonly memory?: number
  readonly shm?: number
  readonly timeout?: number
  readonly network?: boolean
  readonly log?: string
  readonly stream?: 'stdout' | 'stderr'
  /** A caught exception stands before it, and so many lines of no meaning. */
  readonly before?: number
  /** So many lines of no meaning stand after it. */
  readonly after?: number
  readonly 'code folder'?: string
  readonly pod?: {
    readonly node?: string
    readonly containers?: readonly { readonly name: string; readonly state: string; readonly reason: string }[]
    readonly events?: readonly { readonly type?: string; readonly reason: string; readonly message: string }[]
  }
  /** The line that is to be named. */
  readonly line?: number
  /** What its words hold. */
  readonly says?: string
}

export function evidenceOf(recording: Recording): Evidence {
  const { runtime = 'process', exit, code, reason, waiting, log = '', pod } = recording
  const lines = linesOf(recording, log.replace(/\n$/, '').split('\n'))
  const signal = exit === undefined ? null : signalOf(exit)
  const told = exit === undefined || exit === 0 ? null : signal === null ? `exit code ${exit}` : `ended by ${signal}`
  return {
    runtime,
    code: code ?? (told === null ? null : 'command_failed'),
    exitCode: exit ?? null,
    signal,
    reason: reason === undefined ? told : reason,
    waiting: waiting ?? null,
    limits: {
      memoryBytes: recording.memory ?? null,
      shmBytes: recording.shm ?? null,
      timeoutSeconds: recording.timeout ?? null,
    },
    network: recording.network ?? true,
    codeFolder: recording['code folder'] ?? CONTAINER.code,
    log: lines.map((text, at) => ({ number: at + 1, stream: recording.stream ?? 'stderr', text })),
    pod: pod === undefined ? null : podOf(pod),
  }
}

const CAUGHT = ['Traceback (most recent call last):', '  File "/a.py", line 1, in <module>', "KeyError: 'caught'"]

function linesOf({ before, after = 0 }: Recording, log: readonly string[]): string[] {
  const rows = (length: number): string[] => Array.from({ length }, (_, at) => `row ${at}`)
  const first = before === undefined ? [] : [...CAUGHT, ...rows(before)]
  return [...first, ...log, ...rows(after)]
}

function podOf({ node, containers = [], events = [] }: NonNullable<Recording['pod']>): PodView {
  return {
    name: 'pod',
    namespace: 'ml',
    node: node ?? null,
    phase: 'Pending',
    startedAt: null,
    containers: containers.map((container) => ({ ...container, image: 'image', restarts: 0 })),
    events: events.map((event) => ({ time: null, type: 'Warning', count: 1, ...event })),
  }
}
