import type { Route } from '#core/contract/route.ts'
import { ROUTES } from '#core/contract/routes.ts'
import { followChanges } from './changes.ts'
import { followEvents } from './events.ts'
import { followLog } from './follow-log.ts'
import { call, send } from './request.ts'
import type { BytesOptions, CallOptions, Client, ClientOptions } from './types.ts'

/** A client of the core at `options.url`. It holds nothing open between calls. */
export function createClient(options: ClientOptions): Client {
  const calls = Object.entries<Route>(ROUTES).map(([name, route]) => {
    const method = (input: object = {}, callOptions: CallOptions = {}) => call(options, { route, input }, callOptions)
    const bytes = (input: object, bytesOptions: BytesOptions = {}) => readBytes(options, { route, input }, bytesOptions)
    return [name, route.bytes === true ? bytes : method] as const
  })
  const streams: Pick<Client, 'events' | 'changes' | 'followLog'> = {
    events: (run, from = 1, signal) => followEvents(options, { run, from, signal }),
    changes: (changesOptions = {}) => followChanges(options, changesOptions),
    followLog: (input, signal) => followLog(options, input, signal),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table gives each method its types, which Object.fromEntries loses
  return { ...Object.fromEntries(calls), ...streams } as unknown as Client
}

function readBytes(
  options: ClientOptions,
  request: { readonly route: Route; readonly input: object },
  { range, signal }: BytesOptions,
): Promise<Response> {
  const bytes = range === undefined ? undefined : `bytes=${range.start}-${range.end}`
  return send(options, request, { signal, range: bytes })
}
