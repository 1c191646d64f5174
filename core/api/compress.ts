import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Answers of fewer bytes than this fit into a packet or two as they are. */
const WORTH_BYTES = 1_024
/** Much of what the best quality saves, at a tenth of its time. */
const BROTLI_QUALITY = 4
const GZIP_LEVEL = 5

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

export type Encoding = 'br' | 'gzip'

/** What to send, and the headers that say how it is encoded. */
export type Packed = {
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Text or bytes as an answer for a caller with this Accept-Encoding: compressed where the caller takes it and it makes
 * the answer smaller, else as they are. Not for what is compressed by its nature.
 */
export async function compressIfWorth(content: string | Uint8Array, accept: string | undefined): Promise<Packed> {
  const body = Buffer.from(content)
  if (body.length < WORTH_BYTES) return { body, headers: {} }
  const vary = { Vary: 'Accept-Encoding' }
  const encoding = acceptedEncoding(accept)
  if (encoding === undefined) return { body, headers: vary }
  const packed = await compress(body, encoding)
  if (packed.length >= body.length) return { body, headers: vary }
  return { body: packed, headers: { ...vary, 'Content-Encoding': encoding } }
}

/** Compresses in a thread of its own, so that others are answered meanwhile. */
export function compress(bytes: Uint8Array, encoding: Encoding): Promise<Buffer<ArrayBuffer>> {
  if (encoding === 'gzip') return toGzip(bytes, { level: GZIP_LEVEL })
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants
  return toBrotli(bytes, {
    params: { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  })
}

/** The encoding of ours that an Accept-Encoding header likes best (RFC 9110); of two alike the smaller one, br. */
export function acceptedEncoding(header: string | undefined): Encoding | undefined {
  const weights = new Map<string, number>()
  for (const part of header?.split(',') ?? []) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1'
    weights.set(name, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0)
  }
  const weightOf = (name: Encoding) => weights.get(name) ?? weights.get('*') ?? 0
  const best = weightOf('br') >= weightOf('gzip') ? 'br' : 'gzip'
  return weightOf(best) > 0 ? best : undefined
}
