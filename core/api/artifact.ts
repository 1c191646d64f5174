import { pipeline } from 'node:stream/promises'
import { Problem } from '#core/base/problem.ts'
import type { ArtifactFile, PipelineService } from '#core/pipelines/index.ts'
import type { HandlerContext } from './handler.ts'

type Wanted = { readonly file: ArtifactFile; readonly output: string; readonly service: PipelineService }
type Range = { readonly start: number; readonly end: number }

/**
 * Writes the bytes of a file, in whole or by one range. The content never changes under its sha256, which is the ETag;
 * it is hostile until proved otherwise, so it is always a download. Throws Problem `range_not_satisfiable`.
 */
export async function sendArtifact({ file, output, service }: Wanted, context: HandlerContext): Promise<void> {
  const { incoming, outgoing } = context
  const etag = `"${file.sha256}"`
  outgoing.setHeader('ETag', etag)
  outgoing.setHeader('Accept-Ranges', 'bytes')
  outgoing.setHeader('Cache-Control', 'private, no-cache')
  if (matches(incoming.headers['if-none-match'], etag)) {
    outgoing.writeHead(304).end()
    return
  }
  const ifRange = incoming.headers['if-range']
  const asked = ifRange === undefined || ifRange === etag ? incoming.headers.range : undefined
  const range = readRange(asked, file.size)
  if (range === 'outside') {
    outgoing.setHeader('Content-Range', `bytes */${file.size}`)
    throw new Problem('range_not_satisfiable', `the file has ${file.size} bytes: ask for a range within them`)
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 }
  if (range !== undefined) outgoing.setHeader('Content-Range', `bytes ${start}-${end}/${file.size}`)
  outgoing.setHeader('Content-Type', 'application/octet-stream')
  outgoing.setHeader('Content-Length', end - start + 1)
  outgoing.setHeader('Content-Disposition', disposition(file.path.split('/').at(-1) || output))
  outgoing.writeHead(range === undefined ? 200 : 206)
  if (incoming.method === 'HEAD' || file.size === 0) {
    outgoing.end()
    return
  }
  await pipeline(service.readArtifact(file.sha256, { start, end }), outgoing)
}

/** The one range that a header asks for; undefined for the whole file, also where the header is not understood. */
function readRange(header: string | undefined, size: number): Range | 'outside' | undefined {
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

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim())) === true
}

/** RFC 6266, with the name in UTF-8 for those who read it and in ASCII for the others. */
function disposition(name: string): string {
  const ascii = name.replaceAll(/[^\w.-]/g, '_')
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
