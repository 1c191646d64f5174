import type { WebSocket } from 'ws'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { PipelineService } from '#core/pipelines/index.ts'

const PAGE = 1_000
/** More bytes than this wait for no reader: sending stops, and goes on from the database when they are gone. */
const MOST_WAITING = 1_048_576
/** A message is sent when it has grown to this, in characters. */
const MESSAGE_SIZE = 262_144

type Wanted = { readonly service: PipelineService; readonly run: string; readonly from: number }

/**
 * Sends the events of a run from a sequence number on, each once and in order, and closes with 1000 after run.finished.
 * It subscribes first and reads the backlog then, so none is missed; those that come meanwhile are dropped and read.
 */
export function streamEvents(
  socket: WebSocket,
  { service, run, from }: Wanted,
  onFault: (error: unknown) => void,
): void {
  let next = from
  /** Whether there may be events that were not sent; then new ones are read from the database too. */
  let isBehind = true
  const unsubscribe = service.subscribe(run, (events) => guarded(() => push(events)))
  socket.once('close', unsubscribe)
  guarded(() => {
    if (isOver({ service, run, from })) socket.close(1000)
    else catchUp()
  })

  function catchUp(): void {
    while (socket.readyState === socket.OPEN && socket.bufferedAmount < MOST_WAITING) {
      const page = service.events(run, next, PAGE)
      isBehind = page.length > 0
      if (!isBehind) return
      send(page)
    }
  }

  function push(events: readonly SequencedEvent[]): void {
    if (isBehind) return
    const fresh = events.filter((event) => event.seq >= next)
    if (fresh.length === 0) return
    isBehind = fresh.length > PAGE || fresh[0]?.seq !== next
    if (isBehind) catchUp()
    else send(fresh)
  }

  /** Sends as many as the reader has room for; where that is not all, it is behind. */
  function send(events: readonly SequencedEvent[]): void {
    for (const { text, last } of messagesOf(events)) {
      isBehind = socket.readyState !== socket.OPEN || socket.bufferedAmount >= MOST_WAITING
      if (isBehind) return
      next = last.seq + 1
      socket.send(text, onSent)
      if (last.kind === 'run.finished') socket.close(1000)
    }
  }

  function onSent(): void {
    if (isBehind) guarded(catchUp)
  }

  function guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      onFault(error)
      unsubscribe()
      socket.close(1011)
    }
  }
}

/** Events as messages of no more than about MESSAGE_SIZE, made one by one as they are wanted. */
function* messagesOf(events: readonly SequencedEvent[]): Generator<{ text: string; last: SequencedEvent }> {
  let parts: string[] = []
  let size = 0
  for (const [index, last] of events.entries()) {
    const part = JSON.stringify(last)
    parts.push(part)
    size += part.length
    if (size < MESSAGE_SIZE && index < events.length - 1) continue
    yield { text: `[${parts.join(',')}]`, last }
    parts = []
    size = 0
  }
}

/** Whether nothing can ever come from this sequence number on. */
function isOver({ service, run, from }: Wanted): boolean {
  if (from <= 1) return false
  const before = service.events(run, from - 1, 1)[0]
  return before === undefined ? service.show(run).finishedAt !== null : before.kind === 'run.finished'
}
