import { isProblem } from '#core/base/problem.ts'
import type { Blobs } from '#core/store/index.ts'
import { artifactRoot, type ArtifactFile, type ArtifactReads } from '#core/tracking/index.ts'
import { NO_MODEL_FILE, readModelFile, type ModelFile } from './model-file.ts'
import { readConda, readRequirements } from './requirements.ts'
import { readSmallText } from './small-text.ts'

/** What models are read from. */
export type Shelf = {
  readonly artifacts: Pick<ArtifactReads, 'files' | 'get'>
  readonly blobs: Pick<Blobs, 'has' | 'read' | 'sourceOf'>
}

/** What the files of a model say of it. */
export type ModelContent = ModelFile & {
  readonly files: readonly ArtifactFile[]
  readonly requirements: readonly string[]
}

/** The files of a URI. Throws Problem `tracking_invalid` where they lie in another store. */
export function filesAt({ artifacts }: Pick<Shelf, 'artifacts'>, uri: string): readonly ArtifactFile[] {
  return artifacts.files(artifactRoot(uri))
}

/** Reads the small files of a model that describe it; what lies elsewhere, or is not as MLflow writes it, says nothing. */
export async function readModelContent(shelf: Shelf, uri: string): Promise<ModelContent> {
  const files = filesHere(shelf, uri)
  const read = async (path: string): Promise<string> => {
    const file = files.find((it) => it.path === path)
    return file === undefined || !shelf.blobs.has(file.sha256)
      ? ''
      : ((await readSmallText(shelf.blobs, file)).text ?? '')
  }
  const [model, requirements, conda] = await Promise.all([
    read('MLmodel'),
    read('requirements.txt'),
    read('conda.yaml'),
  ])
  return {
    ...(model === '' ? NO_MODEL_FILE : readModelFile(model)),
    files,
    requirements: requirements === '' ? readConda(conda) : readRequirements(requirements),
  }
}

/** None where they lie in another store. */
function filesHere(shelf: Pick<Shelf, 'artifacts'>, uri: string): readonly ArtifactFile[] {
  try {
    return filesAt(shelf, uri)
  } catch (error) {
    if (isProblem(error) && error.code === 'tracking_invalid') return []
    throw error
  }
}
