import {
  checkLength,
  checkModelName,
  randomRunName,
  type LoggedModel,
  type LoggedModelStatus,
  type ModelDraft,
} from '#core/wire/index.ts'
import { ownId, pairsOf } from './own-runs.ts'
import { elsewhere } from './refusals.ts'

/** A model that a step has logged, as far as its own calls tell. */
export type OwnModel = {
  readonly info: Omit<LoggedModel, 'params' | 'tags' | 'metrics' | 'status' | 'updatedAt'>
  status: LoggedModelStatus
  updatedAt: number
  readonly params: Map<string, string>
  readonly tags: Map<string, string>
}

export type OwnModels = {
  /** Throws WireError for one that this step has not made. */
  get(id: string): OwnModel
  /** Throws Problem `tracking_invalid`. */
  add(draft: ModelDraft): OwnModel
  all(): readonly OwnModel[]
  remove(id: string): void
}

const MOST_TYPE = 500

export function openOwnModels({ run, experiment }: { readonly run: string; readonly experiment: string }): OwnModels {
  const models = new Map<string, OwnModel>()
  return {
    get(id) {
      const found = models.get(id)
      if (found === undefined) throw elsewhere(`The model '${id.slice(0, 100)}' is not one of this step`)
      return found
    },
    add({ name = randomRunName(), modelType = '', sourceRunId = run }) {
      checkModelName(name)
      checkLength(modelType, MOST_TYPE, 'model_type')
      const id = `m-${ownId(run)}`
      const now = Date.now()
      const artifactUri = `mlflow-artifacts:/${experiment}/models/${id}/artifacts`
      const info = { id, experimentId: experiment, name, createdAt: now, artifactUri, modelType, sourceRunId }
      const status = 'LOGGED_MODEL_PENDING'
      const made: OwnModel = { info, status, updatedAt: now, params: new Map(), tags: new Map() }
      models.set(id, made)
      return made
    },
    all: () => [...models.values()],
    remove: (id) => void models.delete(id),
  }
}

/** A model as it is answered. */
export function modelOf({ info, status, updatedAt, params, tags }: OwnModel): LoggedModel {
  return { ...info, status, updatedAt, params: pairsOf(params), tags: pairsOf(tags), metrics: [] }
}
