import type { AccessStore, StoredSession, StoredToken, Use } from './access-store.ts'
import type { Kept } from './kept-rows.ts'

/** The time of a use is noted when the last that was noted is so old. */
const NOTE_MS = 60_000

type NoteOptions = {
  readonly rows: Pick<AccessStore, 'noteUses'>
  readonly sessions: Kept<StoredSession>
  readonly tokens: Kept<StoredToken>
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Notes when sessions and tokens are used. */
export type Notes = Disposable & {
  readonly session: (row: StoredSession) => void
  readonly token: (row: StoredToken) => void
}

/**
 * Notes a use in memory at once, and on disk after the request that it belongs to: at most once a minute each. What
 * cannot be written is told and kept for the next time; disposal writes what is left.
 */
export function noteUses({ rows, sessions, tokens, now, onError }: NoteOptions): Notes {
  const sessionUses = new Map<string, Use>()
  const tokenUses = new Map<string, Use>()
  let waiting: NodeJS.Immediate | undefined
  const write = () => {
    waiting = undefined
    try {
      rows.noteUses([...sessionUses.values()], [...tokenUses.values()])
    } catch (error) {
      // A full disk must not end a core that only wanted to note a time.
      onError(error)
      return
    }
    sessionUses.clear()
    tokenUses.clear()
  }
  const note = <Row extends StoredSession | StoredToken>(row: Row, uses: Map<string, Use>, kept: Kept<Row>) => {
    const at = now()
    if (row.lastUsedAt !== null && at - row.lastUsedAt < NOTE_MS) return
    kept.replace({ ...row, lastUsedAt: at })
    uses.set(row.id, { id: row.id, at })
    waiting ??= setImmediate(write)
  }
  return {
    session: (row) => note(row, sessionUses, sessions),
    token: (row) => note(row, tokenUses, tokens),
    [Symbol.dispose]: () => {
      if (waiting !== undefined) clearImmediate(waiting)
      if (sessionUses.size + tokenUses.size > 0) write()
    },
  }
}
