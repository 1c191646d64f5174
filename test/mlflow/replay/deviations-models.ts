import type { Deviation } from './deviation.ts'

/** Where models, versions, files and the wire itself are answered otherwise than by the reference. */
export const MODEL_DEVIATIONS: readonly Deviation[] = [
  {
    reason: 'a # in a path is a sign as any other: `log_image` writes it for a key with /',
    requests: {
      'a file is written with a hash': ['400 INVALID_PARAMETER_VALUE -> 200'],
    },
  },
  {
    reason: 'no experiments have no datasets, as they have no runs',
    requests: {
      'datasets of no experiment': ['400 INVALID_PARAMETER_VALUE -> 200'],
    },
  },
  {
    reason: 'the path that the client uses is there; the reference has that of its page alone',
    requests: {
      'datasets as the client asks': ['404 "no JSON" -> 200 bare test train'],
    },
  },
  {
    reason: 'a state that is none is refused',
    requests: {
      'a model with a state that is none': ['200 -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'the id of a model is in the path, it need not be in the body too',
    requests: {
      'a model without id in the body is ready': ['400 INVALID_PARAMETER_VALUE -> 200'],
      'parameters without id in the body': ['400 INVALID_PARAMETER_VALUE -> 200'],
    },
  },
  {
    reason: 'parameters of models are as those of runs: the same again is fine, another is refused',
    requests: {
      'the same parameters of a model': ['400 BAD_REQUEST -> 200'],
      'other parameters of a model': ['400 BAD_REQUEST -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'the state of a model can be searched by its name; the reference compares it with a number',
    requests: {
      "models where status = 'LOGGED_MODEL_READY'": [
        'models: absent -> [{"info":{"model_id":"<ma>","experiment_id":"<gx>","name":"a","creation_timestamp_ms":"<time>","last_u…',
      ],
    },
  },
  {
    reason: 'a value of the wrong kind is a 400, as in a search of runs',
    requests: {
      "no models where metrics.acc > 'x'": ['500 INTERNAL_ERROR -> 400 INVALID_PARAMETER_VALUE'],
      'no models where params.depth = 3': ['200 a -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'a digest without the name of its dataset is refused, not left out',
    requests: {
      'models by metrics.acc x': ['200 ab a zz a -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'a name with a slash cannot be loaded by models:/NAME/1, so it cannot be given',
    requests: {
      'a name with a slash is registered': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a name with a slash is deleted': ['200 -> 404 RESOURCE_DOES_NOT_EXIST'],
    },
  },
  {
    reason: 'a page of nothing is refused, as in a search of runs',
    requests: {
      'no registered models asked for': ['200 -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'a copy is of the run that its original is of',
    requests: {
      'a version copied without its run': ['model_version.run_id: "" -> "<v>"'],
    },
  },
  {
    reason: 'a version may be of a model that is tracked elsewhere, as it may be of such a run',
    requests: {
      'a version of a model that is not there': ['404 RESOURCE_DOES_NOT_EXIST -> 200'],
    },
  },
  {
    reason: 'a model that is not registered is 404 wherever it is asked for',
    requests: {
      'an alias of nobody': ['400 INVALID_PARAMETER_VALUE -> 404 RESOURCE_DOES_NOT_EXIST'],
    },
  },
  {
    reason: 'an alias goes with its version',
    requests: {
      'the alias of a deleted version': ['404 RESOURCE_DOES_NOT_EXIST -> 400 INVALID_PARAMETER_VALUE'],
      'a model with versions is renamed': ['registered_model.aliases: [{"alias":"champion",…'],
    },
  },
  {
    reason: 'a backslash is no part of a name, since it leads elsewhere on Windows',
    requests: {
      'a file is written with a backslash': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'what is left': ['files: a\\b empty.bin images -> empty.bin images'],
    },
  },
  {
    reason: 'a request without a run lacks a parameter',
    requests: {
      'a file of no run for the page': ['404 RESOURCE_DOES_NOT_EXIST -> 400 INVALID_PARAMETER_VALUE'],
      'no body': ['400 BAD_REQUEST -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'the core had its own /health before; clients do not ask for it',
    requests: {
      health: [': "OK" -> {"status":"ready",…'],
    },
  },
  {
    reason: 'the wrong method is an address that is not there: the client reads 404 as not implemented',
    requests: {
      'runs are not deleted by DELETE': ['405 "no JSON" -> 404 ENDPOINT_NOT_FOUND'],
      'the wrong method': ['405 "no JSON" -> 404 ENDPOINT_NOT_FOUND'],
      'a post of what is read': ['405 "no JSON" -> 404 ENDPOINT_NOT_FOUND'],
    },
  },
  {
    reason: 'a bare NaN is what it says; the reference keeps 0, at the time 0',
    requests: {
      'what came over the wire': ['run.data.metrics: bare@0@0 -> bare@0@NaN'],
    },
  },
]
