import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A session bus that can be held up: what is said to it waits, and arrives when it is let go on. */
export type SlowBus = AsyncDisposable & {
  readonly address: string
  /** How many connections have come. */
  connections(): number
  hold(isHeld: boolean): void
}

/** Stands before the bus of an address, at a socket of this path. */
export async function openSlowBus(bus: string, path: string): Promise<SlowBus> {
  const sockets = new Set<Socket>()
  let [count, isHeld] = [0, false]
  const server = createServer((incoming) => {
    count += 1
    const onward = connect(pathOf(bus))
    for (const [one, other] of [
      [incoming, onward],
      [onward, incoming],
    ] as const) {
      sockets.add(one)
      one.on('data', (data) => other.write(data))
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      if (isHeld) one.pause()
    }
  }).listen(path)
  await once(server, 'listening')
  return {
    address: `unix:path=${path}`,
    connections: () => count,
    hold: (wanted) => {
      isHeld = wanted
      for (const socket of sockets) socket[wanted ? 'pause' : 'resume']()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function pathOf(bus: string): string {
  const [, kind, place] = /^unix:(path|abstract)=([^,]*)/.exec(bus) ?? []
  if (place === undefined) throw new Error(`${bus} is no address of a socket`)
  return kind === 'abstract' ? `\0${place}` : place
}
