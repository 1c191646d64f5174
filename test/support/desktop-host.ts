import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FromHost, type EncryptionInfo, type ToHost } from '#core/contract/desktop.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** The host of the desktop app, run for real under plain Node with Electron's port over Node's own channel. */
export type TestHost = AsyncDisposable & {
  readonly child: ChildProcess
  readonly told: readonly FromHost[]
  readonly said: () => string
  send(message: ToHost): void
  /** The next message of a kind, or one that came before; rejects after 15 s. */
  hear<Kind extends FromHost['kind']>(
    kind: Kind,
    fits?: (message: Extract<FromHost, { kind: Kind }>) => boolean,
  ): Promise<Extract<FromHost, { kind: Kind }>>
  /** The exit code. */
  ended(): Promise<number | null>
}

type Options = {
  readonly encryption?: EncryptionInfo | null
  /** A built tree of the app, whose host is run as Electron would: as JavaScript, with threads for workers. */
  readonly tree?: string
  /** The file into which it writes, at its end, how many modules it loaded (`test/desktop/count-modules.mjs`). */
  readonly counted?: string
}

/** Starts it and tells it the data folder. */
export function startHost(home: string, { encryption = null, tree, counted }: Options = {}): TestHost {
  const counting = counted === undefined ? [] : ['--import', join(ROOT, 'test', 'desktop', 'count-modules.mjs')]
  const preloaded = [
    ...counting,
    '--import',
    join(ROOT, 'test', 'support', 'fake-parent-port.mjs'),
    // As Electron sets it.
    '--unhandled-rejections=warn-with-error-code',
  ]
  const entry =
    tree === undefined ? join(ROOT, 'electron', 'host', 'host.ts') : join(tree, 'electron', 'host', 'host.js')
  const child = fork(entry, {
    execArgv: tree === undefined ? preloaded : ['--no-experimental-strip-types', ...preloaded],
    // A test leaves the keychain of whoever runs it alone.
    env: {
      ...process.env,
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
      ...(tree === undefined ? {} : { NODE_OPTIONS: '', MINISUB_WORKERS: 'threads' }),
      ...(counted === undefined ? {} : { MODULES_FILE: counted }),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const told: FromHost[] = []
  let said = ''
  child.on('message', (message) => {
    const heard = FromHost.parse(message)
    told.push(heard)
    if (heard.kind === 'seal') send(sealed(heard))
  })
  child.stderr?.on('data', (chunk) => (said += String(chunk)))
  const exit = once(child, 'exit')
  const send = (message: ToHost): void => void child.send(message)
  send({ kind: 'start', home, encryption })
  return {
    child,
    told,
    said: () => said,
    send,
    hear: async (kind, fits = () => true) => {
      const deadline = Date.now() + 15_000
      while (Date.now() < deadline) {
        for (const it of told) if (isOf(it, kind) && fits(it)) return it
        await delay(20)
      }
      throw new Error(`the host told no ${kind}: ${JSON.stringify(told)} ${said}`)
    },
    ended: async () => Number((await exit)[0]),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exit
    },
  }
}

function isOf<Kind extends FromHost['kind']>(
  message: FromHost,
  kind: Kind,
): message is Extract<FromHost, { kind: Kind }> {
  return message.kind === kind
}

/** What the app would answer, by an encryption that hides nothing. */
function sealed({ id, verb, text }: Extract<FromHost, { kind: 'seal' }>): ToHost {
  const data = Buffer.from(text, verb === 'encrypt' ? 'utf8' : 'base64')
  return { kind: 'sealed', id, text: data.toString(verb === 'encrypt' ? 'base64' : 'utf8') }
}
