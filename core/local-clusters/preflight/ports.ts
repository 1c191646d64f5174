import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'
import type { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { systemCode } from '#core/files/index.ts'
import { Problem } from '#core/base/problem.ts'
import type { Ports } from '../types.ts'

const LOOPBACK = '127.0.0.1'
const LAST_PORT = 65_535
/** Below those that systems give to outgoing connections: a cluster that is stopped finds its ports free again. */
const [FIRST_CHOICE, END_OF_CHOICE] = [20_000, 30_000]
const MOST_TRIES = 200
const ANSWER_MS = 1_000

/**
 * The ports of a new cluster: those of the form, and where it says 0, free ones of the loopback that are in nobody's way;
 * three different ones. `avoid`: ports that belong to others even where they are free now, as of a stopped cluster.
 */
export async function choosePorts(
  form: Pick<LocalClusterForm, 'apiPort' | 'registryPort' | 'storePort'>,
  avoid: readonly number[] = [],
): Promise<Ports> {
  const used = new Set([...avoid, form.apiPort, form.registryPort, form.storePort])
  const choose = async (wanted: number): Promise<number> => {
    if (wanted !== 0) return wanted
    const port = await chooseFree(used)
    used.add(port)
    return port
  }
  return {
    api: await choose(form.apiPort),
    registry: await choose(form.registryPort),
    store: await choose(form.storePort),
  }
}

async function chooseFree(used: ReadonlySet<number>): Promise<number> {
  for (let i = 0; i < MOST_TRIES; i += 1) {
    const port = randomInt(FIRST_CHOICE, END_OF_CHOICE)
    if (!used.has(port) && (await isFree(port)) === true) return port
  }
  const message = `no free port was found between ${FIRST_CHOICE} and ${END_OF_CHOICE}: name the ports yourself`
  throw new Problem('port_taken', message)
}

/** The first free port above one that is not among `used`; undefined where there is none. */
export async function nextFree(port: number, used: ReadonlySet<number>): Promise<number | undefined> {
  const end = Math.min(LAST_PORT, port + MOST_TRIES)
  for (let next = port + 1; next <= end; next += 1) {
    if (!used.has(next) && (await isFree(next)) === true) return next
  }
  return undefined
}

/** Whether nobody listens on a port of the loopback; `unknown` where this account may not try, as below 1024. */
export async function isFree(port: number): Promise<boolean | 'unknown'> {
  if (await answers(port)) return false
  const code = await listenFault(port)
  if (code === undefined) return true
  return code === 'EADDRINUSE' ? false : 'unknown'
}

/** Tells of listeners that forward by rules of the kernel alone, and of those on all addresses. */
async function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ port, host: LOOPBACK, timeout: ANSWER_MS })
  socket.once('connect', () => resolve(true)).once('timeout', () => resolve(false))
  socket.once('error', () => resolve(false))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

async function listenFault(port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer()
  server.once('error', (error) => resolve(systemCode(error) ?? error.message))
  server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(undefined)))
  return promise
}
