import { FromHost, type EncryptionInfo, type ToHost } from '#core/contract/desktop.ts'
import { mayStartAgain } from './policies.ts'
import type { Trouble } from './trouble.ts'

/** So long the core may take until it is ready, and until it has ended, in milliseconds. */
const PATIENCE_MS = 10_000
/** So long the end of what it wrote is waited for when it has ended. */
const LAST_WORDS_MS = 500
const TAIL_LINES = 40
/** The exit code by which the host asks to be started again: the core that it was attached to is gone. */
const AGAIN = 75

type Told<Kind extends FromHost['kind']> = Extract<FromHost, { kind: Kind }>
/** The stream of what it writes to stderr. */
type Output = {
  readonly readable: boolean
  removeAllListeners(event: 'data'): unknown
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  on(event: 'end', listener: () => void): unknown
}
/** The process of the host, as far as it is used here: Electron's utility process is one. */
export type HostProcess = {
  readonly stderr: Output | null
  postMessage(message: ToHost): void
  kill(): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  on(event: 'error', listener: (type: string, location: string) => void): unknown
}
type Options = {
  readonly fork: () => HostProcess
  readonly home: string
  readonly encryption: () => EncryptionInfo | null
  readonly log: (sentence: string) => void
  readonly onTold: (told: FromHost) => void
  /** It is not ready any more, or not yet; `isAgain`: it is being started. */
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
type Running = {
  readonly child: HostProcess
  /** Electron takes it off the process when that has ended, with the last of it still to come. */
  readonly stderr: Output | null
  readonly tail: string[]
  problem?: string
}
type State = Options & {
  running?: Running | undefined
  ready?: Told<'ready'> | undefined
  slow?: NodeJS.Timeout
  stopped?: PromiseWithResolvers<void>
  ends: number[]
}

export function openCoreProcess(options: Options): CoreProcess {
  const state: State = { ...options, ends: [] }
  return {
    ready: () => state.ready,
    start: () => {
      state.ends = []
      start(state)
    },
    send: (message) => state.running?.child.postMessage(message),
    stop: async () => {
      if (state.running === undefined) return
      clearTimeout(state.slow)
      state.stopped ??= Promise.withResolvers()
      state.running.child.postMessage({ kind: 'stop' })
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
  const { child } = started
  child.on('message', (message) => {
    const { data, error } = FromHost.safeParse(message)
    if (data === undefined) state.log(`the core said what this app does not know: ${error?.message}`)
    else if (state.running === started) take(state, data)
  })
  child.on('error', (type, location) => state.log(`${type} in the process of the core, at ${location}`))
  child.on('exit', (code) => {
    if (state.running !== started) return
    state.ready = undefined
    // Electron lets go of what listens for its output, and some of that is still on its way.
    setImmediate(() => void lastWords(state, started).then(() => state.running === started && end(state, code)))
  })
}

function take(state: State, told: FromHost): void {
  const { running } = state
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
  state.log(`the process of the core ended with code ${code}`)
  const isUnexpected = stopped === undefined && running?.problem === undefined
  if (isUnexpected && code !== AGAIN) state.ends.push(Date.now())
  const isAgain = isUnexpected && (code === AGAIN || mayStartAgain(state.ends, Date.now()))
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

function launch({ fork, home, encryption, log }: State): Running {
  const child = fork()
  const started: Running = { child, stderr: child.stderr, tail: [] }
  listen(started, log)
  child.postMessage({ kind: 'start', home, encryption: encryption() })
  return started
}

function listen({ stderr, tail }: Running, log: Options['log']): void {
  stderr?.on('data', (chunk) => {
    const said = chunk.toString('utf8').trimEnd().split('\n')
    for (const line of said) log(`core: ${line}`)
    tail.splice(0, Math.max(0, tail.push(...said) - TAIL_LINES))
  })
}

function lastWords({ log }: State, ended: Running): Promise<void> {
  const { stderr } = ended
  return new Promise((resolve) => {
    if (stderr?.readable !== true) return resolve()
    const late = setTimeout(resolve, LAST_WORDS_MS)
    stderr.removeAllListeners('data')
    stderr.on('end', () => {
      clearTimeout(late)
      resolve()
    })
    listen(ended, log)
  })
}
