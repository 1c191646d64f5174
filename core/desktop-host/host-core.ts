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

/** What connects this process with the app. */
export type HostPort = {
  readonly post: (message: FromHost) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
}

/**
 * Is the core of the app, or watches over the one that runs already: tells where it is and what it works on, until the
 * app says stop. What goes wrong while it opens is told as `failed`; the process then waits to be ended.
 */
export function hostCore(port: HostPort): void {
  const ending = new AbortController()
  let held: HeldCore | undefined
  let client: Client | undefined
  let lender: Lender | undefined
  port.onMessage((message) => {
    const told = ToHost.parse(message)
    if (told.kind === 'start') {
      lender = told.encryption === null ? undefined : openLender(told.encryption, port.post)
      void start(told.home)
    } else if (told.kind === 'sealed') lender?.take(told)
    else if (told.kind === 'code') void giveCode(told.id)
    else if (told.kind === 'closing') void client?.setSetting({ key: 'desktop.closing', value: told.closing })
    else if (told.kind === 'stop') void stop()
  })

  async function start(home: string): Promise<void> {
    await adoptEnvironment()
    const { version, releases } = readManifest()
    try {
      held = await openCore({ home, version, encryption: lender?.encryption })
    } catch (error) {
      if (!isProblem(error)) throw error
      port.post({ kind: 'failed', problem: { code: error.code, message: error.message } })
      return
    }
    const { core, own } = held
    client = clientOf(core, home)
    const { code } = await client.createSessionCode()
    port.post({ kind: 'ready', url: core.url, isAttached: own === undefined, code })
    void own?.closed.then(() => ending.signal.aborted || process.exit(1))
    const onState = (state: 'connecting' | 'open'): void => {
      if (state === 'connecting' && own === undefined) void isCoreGone(home).then((isGone) => isGone && again())
    }
    if (releases !== undefined) {
      const { signal } = ending
      tellUpdates({ client, post: port.post, releases, version, signal })
    }
    await watchWork({ client, signal: ending.signal, onState, post: port.post }).catch((error: unknown) => {
      if (!ending.signal.aborted) throw error
    })
  }

  async function giveCode(id: number): Promise<void> {
    if (client === undefined) return
    port.post({ kind: 'code', id, code: (await client.createSessionCode()).code })
  }

  async function stop(): Promise<void> {
    ending.abort()
    await held?.own?.close()
    process.exit(0)
  }

  function again(): void {
    if (!ending.signal.aborted) process.exit(AGAIN)
  }
}
