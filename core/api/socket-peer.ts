import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** A peer for tests that speaks WebSocket over bare TCP, so that it alone decides when it reads. */
export type SocketPeer = Disposable & {
  /** Begins to read, to the end of the connection; texts of messages are given to `onText`. */
  read(onText: (text: string) => void): void
  /** Settles with the close code, or undefined where the connection was cut. */
  readonly closed: Promise<number | undefined>
}

type Where = { readonly port: number; readonly token: string }

/** Opens a WebSocket and reads nothing behind the answer to its handshake. */
export async function openSocketPeer({ port, token }: Where, path: string): Promise<SocketPeer> {
  const socket = connect({ port, host: '127.0.0.1' })
  const { promise: closed, resolve } = Promise.withResolvers<number | undefined>()
  let rest: Buffer = Buffer.alloc(0)
  let code: number | undefined
  socket.on('error', () => undefined)
  socket.on('close', () => resolve(code))
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: minisub, minisub.token.${token}`,
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  while (!rest.includes('\r\n\r\n')) {
    const chunk = await new Promise<Buffer>((done) => socket.once('data', done))
    rest = Buffer.concat([rest, chunk])
  }
  socket.pause()
  if (!rest.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`refused: ${rest.toString('latin1')}`)
  rest = rest.subarray(rest.indexOf('\r\n\r\n') + 4)
  return {
    closed,
    read: (onText) => {
      const take = () => {
        for (let frame = firstFrame(rest); frame !== undefined; frame = firstFrame(rest)) {
          rest = rest.subarray(frame.length)
          if (frame.opcode === 1) onText(frame.payload.toString())
          if (frame.opcode === 8) {
            code = frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0)
            socket.end()
          }
        }
      }
      let chunks: Buffer[] = []
      let size = 0
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        // Joined now and then, since joining at each chunk takes the square of the time.
        if (size < 262_144 && socket.readableLength > 0) return
        rest = Buffer.concat([rest, ...chunks])
        chunks = []
        size = 0
        take()
      })
      take()
      socket.resume()
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}

type Frame = { readonly opcode: number; readonly payload: Buffer; readonly length: number }

/** The first whole frame of what came; a server neither masks nor, here, splits its messages. */
function firstFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  const head = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < head) return undefined
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  if (bytes.length < head + size) return undefined
  return { opcode: bytes.readUInt8(0) & 0x0f, payload: bytes.subarray(head, head + size), length: head + size }
}
