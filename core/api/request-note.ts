import type { IncomingMessage } from 'node:http'
import type { Caller } from '#core/teams/index.ts'

/** What is found out about a request while it is answered, for the log and the metrics. */
export type RequestNote = {
  /** Path of the route as it stands in the table; undefined where no route takes it. */
  route: string | undefined
  caller: Caller | undefined
  /** True: it is counted, but has a line in the log only where it was refused or failed. */
  isQuiet: boolean
  /** True: its body is as large as the sender likes, and may come for as long as it comes at all. */
  isUpload: boolean
}

const notes = new WeakMap<IncomingMessage, RequestNote>()

/** The note of a request, which is the same for all who ask. */
export function noteOf(request: IncomingMessage): RequestNote {
  const known = notes.get(request)
  if (known !== undefined) return known
  const note: RequestNote = { route: undefined, caller: undefined, isQuiet: false, isUpload: false }
  notes.set(request, note)
  return note
}
