import { isProblem, Problem } from '#core/base/problem.ts'
import type { Registration, StepTracking } from '#core/pipelines/index.ts'
import { isPrompt, openRegistryImport, openRegistryReads, openRegistryWrites } from '#core/registry/index.ts'
import { openArtifacts, openImportWrites } from '#core/tracking/index.ts'
import { openExperiments } from './experiments.ts'
import {
  logModel,
  makerOf,
  originTags,
  type RegisterContext as Context,
  type RegisterOptions as Options,
} from './register-model.ts'

/**
 * Does what record steps of kind `register` ask for: a logged model of the files, which are not copied, and a version of
 * it, and the alias. The logged model has an id that follows from run and step, so whatever a killed core had done of it
 * is found: a repetition makes nothing twice. Throws Problem `tracking_invalid` (names), `tracking_exists` (the name is
 * that of a prompt), `artifact_missing`, `not_found` (the logged model is in the trash) and `disk_full`.
 */
export function openRegister(options: Options): StepTracking['register'] {
  let opened: Context | undefined
  let last: Promise<unknown> = Promise.resolve()
  return (registration) => {
    // Most cores register nothing.
    const context = (opened ??= contextOf(options))
    // One after the other: two that make the same model would be in each other's way.
    const done = last.then(() => registerNow(context, registration))
    last = done.catch(() => 'whoever asked for it is told')
    return done
  }
}

async function registerNow(context: Context, registration: Registration): Promise<{ readonly version: number }> {
  const isNew = isNewName(context, registration)
  const modelId = await logModel(context, registration)
  if (isNew) await createModel(context, registration.model)
  return { version: await makeVersion(context, registration, modelId) }
}

function contextOf({ tracking, blobs, now = Date.now }: Options): Context {
  const { db, queue } = tracking
  return {
    tracking,
    blobs,
    now,
    registry: { ...openRegistryReads(db), ...openRegistryWrites({ db, queue }) },
    imports: openImportWrites({ db, queue }),
    artifacts: openArtifacts({ db, queue, blobs }),
    experiments: openExperiments(tracking),
    names: openRegistryImport({ db, queue }),
  }
}

/** Whether nobody has registered the name. Throws Problem `tracking_exists` for that of a prompt. */
function isNewName({ registry, names }: Context, { model }: Registration): boolean {
  if (!names.hasModel(model)) return true
  if (!isPrompt(registry.model(model).tags)) return false
  throw new Problem('tracking_exists', `the name "${model}" is that of a prompt: let the step register another name`)
}

/** A client of MLflow may make it meanwhile. */
async function createModel({ registry, names }: Pick<Context, 'registry' | 'names'>, name: string): Promise<void> {
  try {
    await registry.createModel({ name })
  } catch (error) {
    if (!isProblem(error) || error.code !== 'tracking_exists' || !names.hasModel(name)) throw error
  }
}

async function makeVersion({ registry }: Context, registration: Registration, modelId: string): Promise<number> {
  const { model, alias, description } = registration
  const source = `models:/${modelId}`
  const made = registry.versions({ filter: `source_path = '${source}'`, maxResults: 1_000 })
  const known = made.items.find(({ name }) => name === model)
  if (known !== undefined) return known.version
  const { version } = await registry.createVersion({
    name: model,
    source,
    modelId,
    runId: makerOf(registration),
    ...(description === null ? {} : { description }),
    // With it, so that a repetition takes it from nobody who moved it since.
    ...(alias === null ? {} : { alias }),
    // The last one of a key is kept: nobody says for us where a version came from.
    tags: [...Object.entries(registration.tags).map(([key, value]) => ({ key, value })), ...originTags(registration)],
  })
  return version
}
