import { FromHost, type EncryptionInfo, type ToHost } from '#core/contract/desktop.ts'
import { mayStartAgain, sealBy, type Trouble } from '#core/desktop/index.ts'
import type { Calls, Child } from './calls.ts'

/** So long the core may take until it is ready, and until it has ended, in milliseconds. */
const PATIENCE_MS = 10_000
const TAIL_LINES = 40
/** The exit code by which the host asks to be started again: the core that it was attached to is gone. */
const AGAIN = 75

type Told<Kind extends FromHost['kind']> = Extract<FromHost, { kind: Kind }>
type Options = {
  readonly calls: Pick<Calls, 'safeStorage' | 'utilityProcess'>
  /** The program of the host, and what it is told first. */
  readonly entry: string
  readonly home: string
  readonly encryption: () => EncryptionInfo | null
  readonly log: (sentence: string) => void
  readonly onTold: (told: FromHost) => void
  readonly onTrouble: (trouble: Trouble) => void
}

/** The process of the core: started, started again when it ends by itself, and told to stop. */
export type CoreProcess = {
  /** Where the core is; undefined while none is ready. */
  readonly ready: () => Told<'ready'> | undefined
  /** Starts it, in place of one that does not come to an end of its start. */
  start(): void
  send(message: ToHost): void
  /** Settles when it is gone; what does not end in ten seconds is killed. */
  stop(): Promise<void>
}

type State = Options & {
  running?: { readonly child: Child; readonly tail: string[]; problem?: string } | undefined
  ready?: Told<'ready'> | undefined
  slow?: NodeJS.Timeout
  stopped?: PromiseWithResolvers<void>
  ends: number[]
}

export function openCoreProcess(options: Options): CoreProcess {
  const state: State = { ...options, ends: [] }
  return {
    ready: () => state.ready,
    start: () => start(state),
    send: (message) => state.running?.child.postMessage(message),
    stop: async () => {
      if (state.running === undefined) return
      state.stopped ??= Promise.withResolvers()
      state.running.child.postMessage({ kind: 'stop' } satisfies ToHost)
      const late = setTimeout(() => state.running?.child.kill(), PATIENCE_MS)
      await state.stopped.promise
      clearTimeout(late)
    },
  }
}

function start(state: State): void {
  const before = state.running?.child
  const started = launch(state)
  Object.assign(state, { running: started, ready: undefined })
  before?.kill()
  clearTimeout(state.slow)
  state.slow = setTimeout(() => fail(state, 'The core is not ready after ten seconds'), PATIENCE_MS)
  started.child.on('message', (message) => {
    if (state.running === started) take(state, FromHost.parse(message))
  })
  started.child.on('exit', (code) => {
    if (state.running === started) end(state, code)
  })
}

function take(state: State, told: FromHost): void {
  const { running } = state
  if (told.kind === 'seal') {
    void sealBy(state.calls.safeStorage, told, process.platform).then((answer) => running?.child.postMessage(answer))
    return
  }
  if (told.kind === 'ready' || told.kind === 'failed') clearTimeout(state.slow)
  if (told.kind === 'ready') {
    state.ready = told
    state.log(`the core is ready at ${told.url}${told.isAttached ? ', in another process' : ''}`)
  }
  if (told.kind === 'failed' && running !== undefined) {
    running.problem = told.problem.message
    fail(state, 'The core could not be started', running.problem)
  }
  state.onTold(told)
}

function end(state: State, code: number): void {
  const { running, stopped } = state
  clearTimeout(state.slow)
  state.ready = undefined
  state.log(`the process of the core ended with code ${code}`)
  const isUnexpected = stopped === undefined && running?.problem === undefined
  if (isUnexpected && code !== AGAIN) state.ends.push(Date.now())
  const isAgain = isUnexpected && mayStartAgain(state.ends, Date.now())
  if (isUnexpected && code !== AGAIN) {
    fail(state, 'The core ended unexpectedly', `its process ended with code ${code}`, isAgain)
  }
  state.running = undefined
  stopped?.resolve()
  if (isAgain) start(state)
}

function fail({ log, onTrouble, running }: State, title: string, cause?: string, isAgain = false): void {
  log(cause === undefined ? title : `${title}: ${cause}`)
  onTrouble({ title, cause, tail: running?.tail.join('\n') ?? '', isAgain })
}

function launch({ calls, entry, home, encryption, log }: Options): { child: Child; tail: string[] } {
  const tail: string[] = []
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  const child = calls.utilityProcess.fork(entry, [], { serviceName: 'Mini-Submarine core', stdio: [...stdio] })
  child.stderr?.on('data', (chunk) => {
    const said = chunk.toString('utf8').trimEnd().split('\n')
    for (const line of said) log(`core: ${line}`)
    tail.splice(0, Math.max(0, tail.push(...said) - TAIL_LINES))
  })
  child.postMessage({ kind: 'start', home, encryption: encryption() } satisfies ToHost)
  return { child, tail }
}
