import type { TrackedFile } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { artifactBelow, artifactRoot } from '#core/wire/index.ts'
import { openArtifactReads } from './artifacts.ts'
import { noRun } from './views.ts'

/**
 * Prepares the list of what lies directly in a folder of a run, on any connection. Throws Problem `not_found` for an
 * unknown run, and `tracking_invalid` for a path that leads elsewhere and for a run whose files are in another store.
 */
export function openChildFiles(
  db: Database,
): (folder: { readonly run: string; readonly path: string }) => { readonly files: TrackedFile[] } {
  const uriOf = db.prepare<[string], string>('SELECT artifact_uri FROM runs WHERE run_id = ?').pluck()
  const artifacts = openArtifactReads(db)
  return ({ run, path }) => {
    const uri = uriOf.get(run)
    if (uri === undefined) throw noRun(run)
    const folder = artifactBelow('', path)
    const files = artifacts.list(artifactBelow(artifactRoot(uri), folder)).map((entry): TrackedFile => ({
      path: folder === '' ? entry.name : `${folder}/${entry.name}`,
      isFolder: entry.kind === 'folder',
      size: entry.kind === 'file' ? entry.size : null,
    }))
    return { files }
  }
}
