import type { IncomingMessage } from 'node:http'
import { WireError } from './errors.ts'
import type { Input } from './route.ts'

/** The largest JSON that is read where nobody says otherwise, in bytes: the profile of a dataset alone may have 16 MB. */
const MOST_BYTES = 64 * 1024 * 1024

const EMPTY: Input = { fields: {}, isQuery: false }

/**
 * What a request says, by its body, or by its query where the method is GET or HEAD. Throws WireError for what is no JSON object,
 * is too large, or is not called JSON, and where its connection ends in the middle.
 */
export function readInput(request: IncomingMessage, search: string, most = MOST_BYTES): Input | Promise<Input> {
  if ((request.method === 'GET' || request.method === 'HEAD') && (search !== '' || !hasBody(request)))
    return readQuery(search)
  return hasBody(request) ? readJsonBody(request, most) : EMPTY
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** The fields of a query: a name that is there more than once has a list. */
export function readQuery(search: string): Input {
  if (search === '') return { fields: {}, isQuery: true }
  const fields: Record<string, string | string[]> = {}
  const query = new URLSearchParams(search)
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    if (name !== '__proto__') fields[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return { fields, isQuery: true }
}

function readJsonBody(request: IncomingMessage, most: number): Promise<Input> {
  checkType(request.headers['content-type'])
  return readBytes(request, most).then((bytes) => ({ fields: parseBody(bytes), isQuery: false }))
}

function checkType(type: string | undefined): void {
  if (type === undefined) throw new WireError('INVALID_PARAMETER_VALUE', 'Bad Request. Content-Type header is missing.')
  if (type === 'application/json' || /^application\/json *(?:;|$)/i.test(type)) return
  throw new WireError('INVALID_PARAMETER_VALUE', "Bad Request. Content-Type must be one of ['application/json'].")
}

/** The body; nothing of it is kept once it is too large. */
function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  const told = request.headers['content-length']
  const length = told === undefined ? undefined : Number(told)
  return new Promise((resolve, reject) => {
    if (length !== undefined && length > most) return reject(tooLarge(most))
    let chunks: Buffer[] = []
    let size = 0
    const end = () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size > most) {
        chunks = []
        request.off('data', take)
        request.resume()
        return reject(tooLarge(most))
      }
      chunks.push(chunk)
      // The stream itself tells its end some turns later.
      if (size === length) end()
    }
    request.on('data', take)
    // `00` is no body either, and no last byte of one comes.
    if (length === undefined || length === 0) request.on('end', end)
    request.on('close', () => {
      if (!request.complete) reject(new WireError('BAD_REQUEST', 'The body ended too soon: send it in one go'))
    })
    // What went wrong is told by `close`.
    request.on('error', () => undefined)
  })
}

function tooLarge(most: number): WireError {
  const message = `The body is larger than ${most} bytes: send it in several requests`
  return new WireError('BAD_REQUEST', message, true)
}

/** The fields of a JSON body. Throws WireError where it is none. */
export function parseBody(bytes: Buffer): Readonly<Record<string, unknown>> {
  const value = parseJson(decode(bytes))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON has beside the rest is an object
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new WireError('BAD_REQUEST', 'Malformed request: the body must be a JSON object')
}

const strict = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string {
  // Node's own check and decoding are faster for short texts than a TextDecoder.
  const text = bytes.toString('utf8')
  if (!text.includes('\uFFFD')) return text
  try {
    return strict.decode(bytes)
  } catch (cause) {
    if (cause instanceof TypeError) throw new WireError('BAD_REQUEST', 'Malformed request: the body is not UTF-8')
    throw cause
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    if (/NaN|Infinity/.test(text)) return parseNaN(text)
    throw new WireError('BAD_REQUEST', `Malformed request: the body is not JSON (${error.message.slice(0, 200)})`)
  }
}

/** JSON as Python writes it: with bare `NaN`, `Infinity` and `-Infinity`, which become texts. */
function parseNaN(text: string): unknown {
  let isText = false
  const quoted = text.replaceAll(/\\.|"|-?\b(?:NaN|Infinity)\b/gs, (token) => {
    if (token === '"') isText = !isText
    return isText || token === '"' || token.startsWith('\\') ? token : `"${token}"`
  })
  try {
    return JSON.parse(quoted)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new WireError('BAD_REQUEST', `Malformed request: the body is not JSON (${error.message.slice(0, 200)})`)
  }
}
