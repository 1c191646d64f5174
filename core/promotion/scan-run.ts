import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { PipelineSurvey } from '#core/pipelines/index.ts'
import { scanCode, type CodeScan } from './scan/index.ts'

/** What the document and the code of a survey have of this machine, as they lie there now. */
export async function scanRun({ pipeline, snapshot }: PipelineSurvey, signal: AbortSignal): Promise<CodeScan> {
  return scanCode({
    definition: pipeline.plan.definition,
    document: await readFile(pipeline.file, 'utf8'),
    files: snapshot.files,
    read: ({ path }) => readFile(join(pipeline.codeFolder, path)),
    images: {},
    hostName: hostname(),
    signal,
  })
}
