import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { Agent } from 'node:http'
import { Duplex, Readable, Writable } from 'node:stream'
import type { EngineAddress } from './engine-address.ts'

type SshAddress = Extract<EngineAddress, { kind: 'ssh' }>

/**
 * Connections through the system's own `ssh`, as the `docker` command makes them: so host keys are checked, and
 * `~/.ssh/config`, agents and jump hosts count. It never asks anything.
 */
export class SshAgent extends Agent {
  readonly #address: SshAddress

  constructor(address: SshAddress) {
    super({ keepAlive: true })
    this.#address = address
  }

  override createConnection(): Duplex {
    const child = spawn('ssh', sshArguments(this.#address), { stdio: ['pipe', 'pipe', 'pipe'] })
    const readable = Readable.from(outputOf(child, this.#address), { objectMode: false })
    const connection = Duplex.from({ readable, writable: inputOf(child) })
    connection.once('close', () => child.kill())
    return connection
  }

  /** A pipe has no socket's options; it can be used again as it is. */
  override keepSocketAlive(): boolean {
    return true
  }

  override reuseSocket(): void {
    // nothing was changed while it was idle
  }
}

/** What comes from the other side; an end that was a failure of ssh is an error with what it said. */
async function* outputOf(child: ChildProcessWithoutNullStreams, { host }: SshAddress): AsyncGenerator<Uint8Array> {
  const ended = endOf(child)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-1000)))
  yield* child.stdout
  const fault = await ended
  if (fault === undefined) return
  throw Object.assign(new Error(`ssh ${host}: ${said.trim() === '' ? fault : said.trim()}`), { code: 'ESSH' })
}

/** What goes to the other side. That it cannot take more is told by its end, with the reason. */
function inputOf({ stdin }: ChildProcessWithoutNullStreams): Writable {
  stdin.on('error', () => undefined)
  return new Writable({
    write: (chunk: Uint8Array, _, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(() => done()),
  })
}

/** Undefined for an ordinary end. */
function endOf(child: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  child.once('error', (error) => resolve(error.message))
  child.once('close', (code) => resolve(code === 0 ? undefined : `ssh ended with ${code ?? 'a signal'}`))
  return promise
}

function sshArguments({ user, host, port }: SshAddress): string[] {
  const named = [...(user === '' ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])]
  const quiet = ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=30']
  return [...quiet, ...named, '--', host, 'docker', 'system', 'dial-stdio']
}
