import { setTimeout as delay } from 'node:timers/promises'
import { clientOf, isCoreGone } from '#core/attach/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { ToHost, type FromHost } from '#core/contract/desktop.ts'
import { adoptEnvironment } from './environment.ts'
import { openLender, type Lender } from './lent-encryption.ts'
import { openCore, readManifest, type HeldCore } from './open-core.ts'
import { tellUpdates } from './updates.ts'
import { watchWork } from './watch-work.ts'

/** The exit code that asks the app to start the host again: the core of another process is gone. */
const AGAIN = 75
/** So long after a fault the work of the core is watched again. */
const AGAIN_MS = 1_000

/** What connects this process with the app. */
export type HostPort = {
  readonly post: (message: FromHost) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
}
type Host = HostPort & {
  readonly ending: AbortController
  held?: HeldCore
  client?: Client
  lender?: Lender | undefined
  /** A setting that is being written: the core does not end before it is. */
  saving: Promise<void>
}

/**
 * Is the core of the app, or watches over the one that runs already: tells where it is and what it works on, until the
 * app says stop. A Problem while it opens is told as `failed`, and the process then waits to be ended; a bug ends it.
 */
export function hostCore(port: HostPort): void {
  const host: Host = { ...port, ending: new AbortController(), saving: Promise.resolve() }
  // Electron's utility process would only warn of these and go on without what failed.
  process.on('unhandledRejection', (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  })
  port.onMessage((message) => take(host, ToHost.parse(message)))
}

function take(host: Host, told: ToHost): void {
  if (told.kind === 'start') {
    host.lender = told.encryption === null ? undefined : openLender(told.encryption, host.post)
    void start(host, told.home)
  } else if (told.kind === 'sealed') host.lender?.take(told)
  else if (told.kind === 'code') void giveCode(host, told.id)
  else if (told.kind === 'closing') host.saving = save(host, told.closing)
  else void stop(host)
}

async function start(host: Host, home: string): Promise<void> {
  const { post, ending, lender } = host
  await adoptEnvironment()
  const { version, releases } = readManifest()
  try {
    host.held = await openCore({ home, version, encryption: lender?.encryption })
  } catch (error) {
    if (!isProblem(error)) throw error
    post({ kind: 'failed', problem: { code: error.code, message: error.message } })
    return
  }
  const { core, own } = host.held
  const client = (host.client = clientOf(core, home))
  const { code } = await client.createSessionCode()
  post({ kind: 'ready', url: core.url, isAttached: own === undefined, code })
  void own?.closed.then(() => ending.signal.aborted || process.exit(1))
  const onState = (state: 'connecting' | 'open'): void => {
    if (state === 'connecting' && own === undefined) void endWhenGone(host, home)
  }
  if (releases !== undefined) tellUpdates({ client, post, releases, version, signal: ending.signal })
  while (!ending.signal.aborted) {
    try {
      await watchWork({ client, signal: ending.signal, onState, post })
    } catch (error) {
      if (ending.signal.aborted) return
      // A core that goes away or is asked too much in the middle of an answer is no bug of ours.
      if (!isProblem(error)) throw error
      process.stderr.write(`the work of the core is watched anew: ${error.message}\n`)
      await endWhenGone(host, home)
      await delay(AGAIN_MS)
    }
  }
}

/** Where another process was the core and is no more, the app starts the host again. */
async function endWhenGone({ ending, held }: Host, home: string): Promise<void> {
  const isGone = held?.own === undefined && (await isCoreGone(home))
  if (isGone && !ending.signal.aborted) process.exit(AGAIN)
}

async function giveCode({ client, post }: Host, id: number): Promise<void> {
  try {
    if (client !== undefined) post({ kind: 'code', id, code: (await client.createSessionCode()).code })
  } catch (error) {
    process.stderr.write(`no session was begun: ${String(error)}\n`)
  }
}

async function save({ client }: Host, closing: string): Promise<void> {
  try {
    await client?.setSetting({ key: 'desktop.closing', value: closing })
  } catch (error) {
    process.stderr.write(`the answer is not kept: ${String(error)}\n`)
  }
}

async function stop({ ending, held, saving }: Host): Promise<void> {
  ending.abort()
  await saving
  await held?.own?.close()
  process.exit(0)
}
