type Message = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'closed' }

/** More messages than this are not kept for a slow reader: the socket is closed, and opened again where it was. */
const MOST_WAITING = 256
const TOO_SLOW = 4000

/**
 * What a socket receives, with `closed` last where the server ended it (code 1000); ends without it where the connection
 * was refused or lost. Leaving the loop closes the socket. Throws the reason of `signal` when it is aborted.
 */
export async function* messagesOf(socket: WebSocket, signal: AbortSignal | undefined): AsyncGenerator<Message> {
  const waiting: Message[] = []
  let over = false
  let wake: (() => void) | undefined
  const end = () => {
    over = true
    wake?.()
  }
  socket.addEventListener('message', (event) => {
    waiting.push({ kind: 'text', text: String(event.data) })
    if (waiting.length >= MOST_WAITING) {
      socket.close(TOO_SLOW)
      over = true
    }
    wake?.()
  })
  socket.addEventListener('close', (event) => {
    if (event.code === 1000) waiting.push({ kind: 'closed' })
    end()
  })
  socket.addEventListener('error', end)
  signal?.addEventListener('abort', end, { once: true })
  try {
    for (;;) {
      signal?.throwIfAborted()
      const message = waiting.shift()
      if (message !== undefined) yield message
      else if (over) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', end)
    socket.close()
  }
}
