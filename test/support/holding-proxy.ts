import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** What to hold: calls of a method to a path, before they are passed on or before their answer is. */
export type Hold = { readonly method: string; readonly path: RegExp; readonly side: 'request' | 'response' }

/** Stands before an HTTP server and holds a call, so that a test knows where its caller is. */
export type HoldingProxy = AsyncDisposable & {
  readonly endpoint: string
  /** Holds the next call that fits; resolves when it has come. That call is never answered. */
  hold(what: Hold): Promise<void>
  /** Holds the next call that fits; resolves, when it has come, to what lets it go on. */
  pause(what: Hold): Promise<() => void>
}

export async function openHoldingProxy(to: string): Promise<HoldingProxy> {
  let held: (Hold & { readonly come: (goOn: () => void) => void }) | undefined
  const holdUp = ({ method, url = '' }: IncomingMessage, side: Hold['side'], goOn: () => void): void => {
    if (held === undefined || held.side !== side || held.method !== method || !held.path.test(url)) return goOn()
    held.come(goOn)
    held = undefined
  }
  const server = createServer((incoming, outgoing) => {
    holdUp(incoming, 'request', () =>
      pass(to, incoming, { outgoing, holdUp: (goOn) => holdUp(incoming, 'response', goOn) }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    hold: (what) => new Promise((come) => (held = { ...what, come: () => come() })),
    pause: (what) => new Promise((come) => (held = { ...what, come })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Answer = { readonly outgoing: ServerResponse; readonly holdUp: (goOn: () => void) => void }

/** With all headers as they came: the host is part of what a caller of S3 signs. */
function pass(to: string, incoming: IncomingMessage, { outgoing, holdUp }: Answer): void {
  const { method, headers, url } = incoming
  const onward = request(new URL(url ?? '/', to), { method: method ?? 'GET', headers }, (answer) => {
    holdUp(() => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
  })
  onward.on('error', () => outgoing.destroy())
  incoming.on('error', () => onward.destroy())
  incoming.pipe(onward)
}
