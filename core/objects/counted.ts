import { Readable } from 'node:stream'

const SLICE = 1_048_576

type Stack = {
  add(
    middleware: (next: (args: Args) => Promise<never>) => (args: Args) => Promise<never>,
    options: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string },
  ): void
}
type Args = { readonly input: never; readonly request: unknown }

/**
 * Makes a command tell how many bytes of its body have gone to the socket. It is the same as handing the library a stream,
 * but the library still sees bytes, which it can sign and send again: each try counts from 0.
 */
export function counted<C extends { readonly middlewareStack: unknown }>(command: C, tell: (bytes: number) => void): C {
  const stack = command.middlewareStack as Stack
  stack.add((next) => (args) => next({ ...args, request: withCount(args.request, tell) }), {
    step: 'deserialize',
    priority: 'low',
    name: 'countBytesOfBody',
  })
  return command
}

function withCount(request: unknown, tell: (bytes: number) => void): unknown {
  if (typeof request !== 'object' || request === null || !('body' in request)) return request
  const { body } = request
  tell(0)
  if (!(body instanceof Uint8Array) || body.length <= SLICE) return request
  const copy: object = Object.assign(Object.create(Object.getPrototypeOf(request) as object | null), request)
  return Object.assign(copy, { body: Readable.from(slices(body, tell), { objectMode: false, highWaterMark: SLICE }) })
}

function* slices(body: Uint8Array, tell: (bytes: number) => void): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += SLICE) {
    tell(at)
    yield body.subarray(at, at + SLICE)
  }
}
