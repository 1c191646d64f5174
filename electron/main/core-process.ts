import { FromHost, type EncryptionInfo, type ToHost } from '#core/contract/desktop.ts'
import { mayStartAgain, type Trouble } from '#core/desktop/index.ts'
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

export function openCoreProcess(options: Options): CoreProcess {
  const { log, onTold, onTrouble } = options
  let ends: number[] = []
  let running: { readonly child: Child; readonly tail: string[]; problem?: string } | undefined
  let ready: Told<'ready'> | undefined
  let slow: NodeJS.Timeout | undefined
  let stopped: PromiseWithResolvers<void> | undefined

  const fail = (title: string, cause?: string, isAgain = false): void => {
    log(cause === undefined ? title : `${title}: ${cause}`)
    onTrouble({ title, cause, tail: running?.tail.join('\n') ?? '', isAgain })
  }
  const send = (message: ToHost): void => running?.child.postMessage(message)

  function start(): void {
    const before = running?.child
    const started = (running = launch(options))
    before?.kill()
    ready = undefined
    clearTimeout(slow)
    slow = setTimeout(() => fail('The core is not ready after ten seconds'), PATIENCE_MS)
    started.child.on('message', (message) => {
      if (running === started) take(FromHost.parse(message))
    })
    started.child.on('exit', (code) => {
      if (running === started) end(code)
    })
  }

  function take(told: FromHost): void {
    if (told.kind === 'seal') return void seal(options.calls.safeStorage, told).then(send)
    if (told.kind === 'ready' || told.kind === 'failed') clearTimeout(slow)
    if (told.kind === 'ready') {
      ready = told
      log(`the core is ready at ${told.url}${told.isAttached ? ', in another process' : ''}`)
    }
    if (told.kind === 'failed' && running !== undefined) {
      running.problem = told.problem.message
      fail('The core could not be started', running.problem)
    }
    onTold(told)
  }

  function end(code: number): void {
    clearTimeout(slow)
    ready = undefined
    log(`the process of the core ended with code ${code}`)
    const hasSaidWhy = running?.problem !== undefined
    if (code !== AGAIN && !hasSaidWhy) ends = [...ends, Date.now()]
    const isAgain = stopped === undefined && !hasSaidWhy && mayStartAgain(ends, Date.now())
    if (stopped === undefined && !hasSaidWhy && code !== AGAIN) {
      fail('The core ended unexpectedly', `its process ended with code ${code}`, isAgain)
    }
    running = undefined
    stopped?.resolve()
    if (isAgain) start()
  }

  return {
    ready: () => ready,
    start,
    send,
    stop: async () => {
      if (running === undefined) return
      stopped ??= Promise.withResolvers()
      send({ kind: 'stop' })
      const late = setTimeout(() => running?.child.kill(), PATIENCE_MS)
      await stopped.promise
      clearTimeout(late)
    },
  }
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

async function seal(storage: Calls['safeStorage'], { id, verb, text }: Told<'seal'>): Promise<ToHost> {
  try {
    const sealed =
      verb === 'encrypt'
        ? (await storage.encryptStringAsync(text)).toString('base64')
        : (await storage.decryptStringAsync(Buffer.from(text, 'base64'))).result
    return { kind: 'sealed', id, text: sealed }
  } catch (error) {
    return { kind: 'sealed', id, fault: error instanceof Error ? error.message : String(error) }
  }
}
