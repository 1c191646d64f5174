import { artifactBelow, artifactRoot, readQuery, runId, text, type Call, type RawRoute } from '#core/wire/index.ts'
import { sendArtifact } from './artifact-send.ts'
import { takeSmallArtifact } from './artifact-take.ts'
import type { ArtifactDeps } from './artifacts.ts'
import { versionOf } from './version-number.ts'

/** What pages download and send: paths from the root of a run, a logged model or a model's version on. */
export function pageRoutes(deps: ArtifactDeps): readonly RawRoute[] {
  const { reads, registry } = deps
  const ofRun = download(deps, '/get-artifact', ({ search }) => {
    const input = readQuery(search)
    const path = text(input, 'path')
    return [reads.run(runId(input)).info.artifactUri, path]
  })
  const ofVersion = download(deps, '/model-versions/get-artifact', ({ search }) => {
    const input = readQuery(search)
    const path = text(input, 'path')
    return [registry.downloadUri(text(input, 'name'), versionOf(input)), path]
  })
  const ofModel = download(deps, '/logged-models/{model_id}/artifacts/files', ({ search, params }) => {
    const path = text(readQuery(search), 'artifact_file_path')
    return [reads.loggedModel(params['model_id'] ?? '').artifactUri, path]
  })
  return [{ ...ofRun, base: 'root' }, { ...ofVersion, base: 'root' }, ofModel, upload(deps)]
}

type Wanted = (call: Call) => readonly [uri: string, path: string]

function download(deps: ArtifactDeps, path: string, wanted: Wanted): RawRoute {
  const send = async (call: Call) => {
    const [uri, below] = wanted(call)
    await sendArtifact(deps, artifactBelow(artifactRoot(uri), below), call)
  }
  return { method: 'GET', path, send }
}

function upload({ artifacts, reads }: ArtifactDeps): RawRoute {
  const send = async (call: Call) => {
    const input = readQuery(call.search)
    const id = runId(input)
    const path = text(input, 'path')
    const root = artifactRoot(reads.run(id).info.artifactUri)
    await takeSmallArtifact(artifacts, artifactBelow(root, path), call)
  }
  return { method: 'POST', path: '/upload-artifact', send }
}
