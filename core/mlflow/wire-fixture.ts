import { openServerFixture, type ServerFixture } from '#core/api/server-fixture.ts'

export const API = '/api/2.0/mlflow'

export type Answered = { readonly status: number; readonly body: Record<string, unknown> }

type Ask = (method: string, path: string, body?: unknown) => Promise<Answered>

/** A client of the protocol at a real server. */
export type Wire = AsyncDisposable & {
  readonly fixture: ServerFixture
  /** Sends a body as it is where it is a text, else as JSON. */
  readonly ask: Ask
  /** The same with headers beside or instead of the usual ones. */
  askWith(headers: Record<string, string>): Ask
  /** Makes a run in experiment 0. */
  run(): Promise<string>
}

export async function openWire(): Promise<Wire> {
  const fixture = await openServerFixture()
  const askWith: Wire['askWith'] = (headers) => async (method, path, body) => {
    const sent = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fixture.fetch(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: sent }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const ask = askWith({})
  return {
    fixture,
    ask,
    askWith,
    run: async () => {
      const { body } = await ask('POST', `${API}/runs/create`, { experiment_id: '0' })
      return (body as { run: { info: { run_id: string } } }).run.info.run_id
    },
    [Symbol.asyncDispose]: async () => fixture[Symbol.asyncDispose](),
  }
}
