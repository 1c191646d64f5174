import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { PipelineSurvey } from '#core/pipelines/index.ts'
import { scanCode, type CodeScan, type ImageVariables } from './scan/index.ts'

type Surveyed = Pick<PipelineSurvey, 'pipeline' | 'snapshot' | 'cluster'>

/** What the document and the code of a survey have of this machine, as they lie there now. Throws Problem `code_unreadable`. */
export async function scanRun({ pipeline, snapshot, cluster }: Surveyed, signal: AbortSignal): Promise<CodeScan> {
  return scanCode({
    definition: pipeline.plan.definition,
    document: await readDocumentText(pipeline.file),
    files: snapshot.files,
    read: ({ path }) => readFile(join(pipeline.codeFolder, path)),
    images: variablesOf(cluster),
    hostName: hostname(),
    signal,
  })
}

async function readDocumentText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Problem('code_unreadable', `the document ${file} cannot be read any more: put it back`, { cause })
  }
}

function variablesOf({ images }: Surveyed['cluster']): ImageVariables {
  const known = images.flatMap(({ environment, variables }) =>
    environment === null || variables === null ? [] : [[environment, variables] as const],
  )
  return Object.fromEntries(known)
}
