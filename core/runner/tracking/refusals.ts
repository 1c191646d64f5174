import { WireError, type JsonRoute, type Method } from '#core/wire/index.ts'

const OWN = 'in containers and on clusters a step tracks its own run, runs nested in it, and models that it logs'

/** What a step asks for that lies beyond its own run. */
export function elsewhere(what: string): WireError {
  return new WireError('NOT_IMPLEMENTED', `${what}: ${OWN}. Ask the core itself, from outside of the step`)
}

/** Bounds what the calls of a step make the runner hold, which shares the memory of its container. */
export type Room = {
  /** Throws WireError where there is no room for so many characters more. */
  take(characters: number): void
}

const MOST_CHARACTERS = 16 * 2 ** 20

export function openRoom(): Room {
  let left = MOST_CHARACTERS
  return {
    take(characters) {
      if (characters > left) {
        const message = `a step may track ${MOST_CHARACTERS} characters of parameters, tags and names: write the rest to a file, and log that`
        throw new WireError('RESOURCE_EXHAUSTED', message)
      }
      left -= characters
    },
  }
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const REGISTRY =
  'Models are registered by a step of kind `register` of the pipeline, which knows run, code and inputs of a model'

/** Everything that the core answers and a runner does not, in words. It comes after the routes that are answered. */
export function refusedRoutes(): readonly JsonRoute[] {
  const refuse = (path: string, what: string, base?: JsonRoute['base']): readonly JsonRoute[] =>
    METHODS.map((method) => ({
      method,
      path,
      ...(base === undefined ? {} : { base }),
      answer: () => {
        throw elsewhere(what)
      },
    }))
  return [
    ...refuse('/registered-models/{rest+}', REGISTRY),
    ...refuse('/model-versions/{rest+}', REGISTRY),
    ...refuse('/experiments/{rest+}', 'Experiments are made, changed and listed by the core'),
    ...refuse('/runs/{rest+}', 'Runs are searched, deleted and restored by the core'),
    ...refuse('/metrics/{rest+}', 'Series of several runs are read from the core'),
    ...refuse('/logged-models/{rest+}', 'Models are searched by the core'),
    ...refuse('/traces', 'Traces are kept by the core'),
    ...refuse('/traces/{rest+}', 'Traces are kept by the core'),
    ...refuse('/traces', 'Traces are kept by the core', 'mlflow3'),
    ...refuse('/traces/{rest+}', 'Traces are kept by the core', 'mlflow3'),
    ...refuse('/mpu/{rest+}', 'Files are sent by one PUT', 'artifacts'),
    ...refuse('/get-artifact', 'Files are read below /api/2.0/mlflow-artifacts', 'root'),
  ]
}
