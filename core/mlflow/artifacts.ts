import type { RegistryReads } from '#core/registry/index.ts'
import type { Artifacts, TrackingReads } from '#core/tracking/index.ts'
import {
  artifactBelow,
  artifactRoot,
  decodePath,
  listedShape,
  optionalText,
  runId,
  WireError,
  type Answer,
  type Call,
  type Route,
} from '#core/wire/index.ts'
import { pageRoutes } from './artifact-pages.ts'
import { sendArtifact, type Shelf } from './artifact-send.ts'
import { answerEmpty, takeArtifact } from './artifact-take.ts'

/** What the routes of artifacts answer from. */
export type ArtifactDeps = Shelf & {
  readonly artifacts: Artifacts
  readonly reads: Pick<TrackingReads, 'run' | 'loggedModel'>
  readonly registry: Pick<RegistryReads, 'downloadUri'>
}

/** All routes of section "Artifacts" of docs/tracking.md: those of the client, and those of pages. */
export function artifactRoutes(deps: ArtifactDeps): readonly Route[] {
  return [...proxyRoutes(deps), ...MULTIPART, ...listRoutes(deps), ...pageRoutes(deps)]
}

/** Paths from the root of all artifacts on, as artifact URIs name them. */
function proxyRoutes(deps: ArtifactDeps): readonly Route[] {
  const { artifacts } = deps
  const path = '/artifacts/{path+}'
  const pathOf = ({ params }: Call) => decodePath(params['path'] ?? '')
  return [
    { base: 'artifacts', method: 'PUT', path, send: async (call) => takeArtifact(artifacts, pathOf(call), call) },
    { base: 'artifacts', method: 'GET', path, send: async (call) => sendArtifact(deps, pathOf(call), call) },
    {
      base: 'artifacts',
      method: 'DELETE',
      path,
      send: async (call) => {
        await artifacts.remove(pathOf(call))
        answerEmpty(call)
      },
    },
    {
      base: 'artifacts',
      method: 'GET',
      path: '/artifacts',
      answer: (input) => listedShape(artifacts.list(optionalText(input, 'path') ?? ''), ''),
    },
  ]
}

/** A client that hears these words sends the file in one piece. */
const MULTIPART: readonly Route[] = ['create', 'complete', 'abort'].map((verb) => ({
  base: 'artifacts',
  method: 'POST',
  path: `/mpu/${verb}/{path+}`,
  answer: () => {
    const message = 'Multipart upload is not supported for the current artifact repository: send the file by one PUT'
    throw new WireError('NOT_IMPLEMENTED', message)
  },
}))

/** Paths from the root of a run or of a logged model on. */
function listRoutes({ artifacts, reads }: ArtifactDeps): readonly Route[] {
  const list = (uri: string, path: string): Answer => {
    const folder = artifactBelow('', path)
    return { root_uri: uri, ...listedShape(artifacts.list(artifactBelow(artifactRoot(uri), folder)), folder) }
  }
  return [
    {
      method: 'GET',
      path: '/artifacts/list',
      answer: (input) => list(reads.run(runId(input)).info.artifactUri, optionalText(input, 'path') ?? ''),
    },
    {
      method: 'GET',
      path: '/logged-models/{model_id}/artifacts/directories',
      answer: (input, { params }) =>
        list(
          reads.loggedModel(params['model_id'] ?? '').artifactUri,
          optionalText(input, 'artifact_directory_path') ?? '',
        ),
    },
  ]
}
