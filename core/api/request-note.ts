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

/** On the request itself: thousands of entries a second of a WeakMap would be work for each collection of garbage. */
const NOTE = Symbol('note')
type Noted = IncomingMessage & { [NOTE]?: RequestNote }

/** The note of a request, which is the same for all who ask. */
export function noteOf(request: Noted): RequestNote {
  return (request[NOTE] ??= { route: undefined, caller: undefined, isQuiet: false, isUpload: false })
}
