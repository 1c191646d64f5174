import type { WebSocket } from 'ws'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { PipelineService } from '#core/pipelines/index.ts'

const PAGE = 1_000
/** More bytes than this wait for no reader: sending stops, and goes on from the database when they are gone. */
const MOST_WAITING = 1_048_576

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
    isBehind = fresh.length > PAGE || fresh[0]?.seq !== next || socket.bufferedAmount >= MOST_WAITING
    if (isBehind) catchUp()
    else send(fresh)
  }

  function send(events: readonly SequencedEvent[]): void {
    const last = events.at(-1)
    if (last === undefined || socket.readyState !== socket.OPEN) return
    next = last.seq + 1
    socket.send(JSON.stringify(events), () => {
      if (isBehind) guarded(catchUp)
    })
    if (last.kind === 'run.finished') socket.close(1000)
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

/** Whether nothing can ever come from this sequence number on. */
function isOver({ service, run, from }: Wanted): boolean {
  if (from <= 1) return false
  const before = service.events(run, from - 1, 1)[0]
  return before === undefined ? service.show(run).finishedAt !== null : before.kind === 'run.finished'
}
