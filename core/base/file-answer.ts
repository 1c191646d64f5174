/** Bytes of a file, both ends inclusive, as in HTTP. */
export type ByteRange = { readonly start: number; readonly end: number }

/** A file that is to be downloaded: its content never changes under its sha256. */
export type FileFacts = {
  readonly sha256: string
  readonly size: number
  readonly name: string
  /** Its media type. */
  readonly type: string
}

/** What a GET or HEAD says that matters, as in `request.headers` of Node. */
export type FileRequest = {
  readonly range?: string | undefined
  readonly 'if-range'?: string | undefined
  readonly 'if-none-match'?: string | undefined
}

/** What to answer: 416 where the file has no such bytes. `bytes` are those of the body, absent where there are none. */
export type FileAnswer = {
  readonly status: 200 | 206 | 304 | 416
  readonly headers: Readonly<Record<string, string | number>>
  readonly bytes?: ByteRange
}

/** How HTTP answers with a file, in whole or by one range: always as a download, since it is hostile until proved otherwise. */
export function answerFile({ sha256, size, name, type }: FileFacts, asked: FileRequest): FileAnswer {
  const tag = `"${sha256}"`
  const headers = { ETag: tag, 'Accept-Ranges': 'bytes', 'Cache-Control': 'private, no-cache' }
  if (matches(asked['if-none-match'], tag)) return { status: 304, headers }
  const isSame = asked['if-range'] === undefined || asked['if-range'] === tag
  const range = isSame ? readRange(asked.range, size) : undefined
  if (range === 'outside') return { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` } }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      ...(range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` }),
      'Content-Type': type,
      'Content-Length': end - start + 1,
      'Content-Disposition': attachment(name),
    },
    ...(size === 0 ? {} : { bytes: { start, end } }),
  }
}

/** The one range that a header asks for; undefined for the whole file, also where the header is not understood. */
function readRange(header: string | undefined, size: number): ByteRange | 'outside' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'outside' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return undefined
  return start >= size ? 'outside' : { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

function matches(header: string | undefined, tag: string): boolean {
  return header?.split(',').some((one) => [tag, `W/${tag}`, '*'].includes(one.trim())) === true
}

/** The header of a download: RFC 6266, with the name in UTF-8 for those who read it and in ASCII for the others. */
export function attachment(name: string): string {
  const ascii = name.replaceAll(/[^\w.-]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
