import { pipeline } from 'node:stream/promises'
import { answerFile } from '#core/base/file-answer.ts'
import { Problem } from '#core/base/problem.ts'
import type { ArtifactFile, PipelineService } from '#core/pipelines/index.ts'
import type { HandlerContext } from './handler.ts'

type Wanted = {
  readonly file: Pick<ArtifactFile, 'path' | 'size' | 'sha256'>
  /** What a file without a path is called. */
  readonly output: string
  readonly service: Pick<PipelineService, 'readArtifact'>
}

/**
 * Writes the bytes of a file, in whole or by one range. The content never changes under its sha256, which is the ETag;
 * it is hostile until proved otherwise, so it is always a download. Throws Problem `range_not_satisfiable`.
 */
export async function sendArtifact({ file, output, service }: Wanted, context: HandlerContext): Promise<void> {
  const { incoming, outgoing } = context
  const { sha256, size } = file
  const facts = { sha256, size, name: file.path.split('/').at(-1) || output, type: 'application/octet-stream' }
  const { status, headers, bytes } = answerFile(facts, incoming.headers)
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value)
  if (status === 416) {
    throw new Problem('range_not_satisfiable', `the file has ${size} bytes: ask for a range within them`)
  }
  outgoing.writeHead(status)
  if (incoming.method === 'HEAD' || bytes === undefined) {
    outgoing.end()
    return
  }
  await pipeline(service.readArtifact(sha256, bytes), outgoing)
}
