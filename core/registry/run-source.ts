import { Problem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { invalid } from './names.ts'
import type { Resolved } from './source.ts'

/** Sources that runs made: models that were logged, and folders of their artifacts. */
export type RunSources = {
  /** A logged model. Throws Problem `not_found`, also for one in the trash. */
  loggedModel(id: string): Resolved
  /** The run that logged a model; '' where the model is not known here. */
  runOfModel(id: string): string
  /**
   * `runs:/RUN/PATH`: that folder of the run's artifacts, or where nothing is there the newest model that the run logged
   * under that name. Throws Problem `not_found` for an unknown run, `tracking_invalid` for what is no such URI.
   */
  resolve(uri: string): Resolved
}

const LOGGED = 'l.model_id AS modelId, l.artifact_uri AS storage, l.source_run_id AS runId FROM logged_models l'

/** Prepares the look-ups on a connection. */
export function openRunSources(db: Database): RunSources {
  const logged = db.prepare<[string], Resolved>(`SELECT ${LOGGED} WHERE l.model_id = ? AND l.stage = 0`)
  const runOfModel = db.prepare<[string], string>('SELECT source_run_id FROM logged_models WHERE model_id = ?').pluck()
  const root = db.prepare<[string], string>('SELECT artifact_uri FROM runs WHERE run_id = ?').pluck()
  const output = db.prepare<[string, string], Resolved>(
    `SELECT ${LOGGED} JOIN run_models o ON o.model_id = l.model_id AND o.is_output = 1 JOIN runs r ON r.id = o.run
     WHERE r.run_id = ? AND l.name = ? AND l.stage = 0 ORDER BY l.created_at DESC, l.id DESC LIMIT 1`,
  )
  const file = db.prepare<[string, string, string]>(
    'SELECT 1 FROM artifacts WHERE path = ? OR (path >= ? AND path < ?) LIMIT 1',
  )
  const hasFiles = (uri: string): boolean => {
    const path = uri.replace(/^mlflow-artifacts:\/(?:\/[^/]*\/)?/, '')
    // '0' is the sign after '/'
    return file.get(path, `${path}/`, `${path}0`) !== undefined
  }
  return {
    loggedModel: (id) => {
      const found = logged.get(id)
      if (found === undefined) throw new Problem('not_found', `Logged model with ID '${id}' not found`)
      return found
    },
    runOfModel: (id) => runOfModel.get(id) ?? '',
    resolve: (uri) => {
      const { runId, path } = parseRunsUri(uri)
      const artifacts = root.get(runId)
      if (artifacts === undefined) throw new Problem('not_found', `Run with id=${runId} not found`)
      const storage = [artifacts, path].filter(Boolean).join('/')
      const model = hasFiles(storage) ? undefined : output.get(runId, path)
      return { storage: model?.storage ?? storage, runId, modelId: model?.modelId ?? '' }
    },
  }
}

function parseRunsUri(uri: string): { readonly runId: string; readonly path: string } {
  const [, runId, path] = /^runs:(?:\/\/)?\/([^/]+)(?:\/(.*))?$/is.exec(uri) ?? []
  if (runId === undefined) throw invalid(`Not a proper runs:/ URI: ${uri}. Write runs:/RUN_ID/PATH.`)
  return {
    runId,
    path: (path ?? '')
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .join('/'),
  }
}
