import type { Deviation } from './deviation.ts'

/** Where experiments, runs and their series are answered otherwise than by the reference. */
export const RUN_DEVIATIONS: readonly Deviation[] = [
  {
    reason: 'bad input is refused with its place in the body; the reference drops it, or takes it for nothing',
    requests: {
      'an experiment with a tag without key': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a run with tags that are no list': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a run with a tag that is no key': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a run with a state that is none': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a batch with a value in words': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a batch with a step in words': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a series with a bad number': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'runs of a view that is none': ['200 alpha beta delta epsilon gamma -> 400 INVALID_PARAMETER_VALUE'],
      'ids that are no list': ['200 in default -> 400 INVALID_PARAMETER_VALUE'],
      'experiments of a view that is none': [
        '200 x/c x/b x/a s2 s h b l r e/four e/bad e/three e/two Default -> 400 INVALID_PARAMETER_VALUE',
      ],
      'a dataset without name': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a dataset without digest': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a dataset without source': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'an input without dataset': ['200 -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'a truth value and a fraction are no numbers of the wanted kind; the reference takes 1 for both',
    requests: {
      'a value that is true': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a time with a fraction': ['200 -> 400 INVALID_PARAMETER_VALUE'],
      'a step with a fraction': ['200 -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: 'a name that is taken has one code, however one came by it',
    requests: {
      'renamed to a taken name': ['400 BAD_REQUEST -> 400 RESOURCE_ALREADY_EXISTS'],
    },
  },
  {
    reason:
      'the name of a deleted experiment is free, so that set_experiment just works; a name finds active ones only',
    requests: {
      'the name of a deleted experiment': ['400 RESOURCE_ALREADY_EXISTS -> 200'],
      'a deleted name': [
        'experiment.experiment_id: "<one>" -> "<experiment>"',
        'experiment.artifact_location: "mlflow-artifacts:/<one>" -> "mlflow-artifacts:/<experiment>"',
        'experiment.lifecycle_stage: "deleted" -> "active"',
        'experiment.tags: [{"key":"empty","value":""},{"key":"x","value":""}] -> absent',
      ],
    },
  },
  {
    reason: 'a run without a start begins now, not in 1970',
    requests: {
      'a run without a start': ['run.info.start_time: 0 -> "<time>"'],
    },
  },
  {
    reason: 'infinity stays what it is',
    requests: {
      'infinity as it is kept': [
        'run.data.metrics: inf@0@1.7976931348623157e+308 neg inf@0@-1.7976931348623157e+308 -> inf@0@Infinity neg inf@0@-Infinity',
      ],
    },
  },
  {
    reason: 'the same parameter twice with one value is no contradiction',
    requests: {
      'a batch with the same parameter twice': ['400 INVALID_PARAMETER_VALUE -> 200'],
    },
  },
  {
    reason: 'a series without a number of points is the whole series; the reference answers nothing and a token',
    requests: {
      'a series without a number of points': [
        'next_page_token: "<token>" -> absent',
        'metrics: absent -> [{"key":"m","value":0,"timestamp":100,"step":0},{"key":"m","value":1,"timestamp":101,"step":1},{"key"…',
      ],
    },
  },
  {
    reason: 'a run that is not there is an error wherever it is asked for',
    requests: {
      'a series of an unknown run': ['200 -> 404 RESOURCE_DOES_NOT_EXIST'],
      'points of an unknown run': ['200 -> 404 RESOURCE_DOES_NOT_EXIST'],
    },
  },
  {
    reason:
      'points are picked for each run on its own, so that none has few because of another, and negative steps are kept',
    requests: {
      'points of two series': [
        'metrics: m@0@0 m@5@25 m@10@100 m@15@225 m@19@361 m@5@25 m@20@400 m@35@1225 m@47@2209 -> m@0@0 m@1@1 m@7@49 m@13@169 m@18…',
      ],
      'few points between two steps': [
        'metrics: m@3@9 m@7@49 m@11@121 m@15@225 m@11@121 -> m@3@9 m@5@25 m@7@49 m@11@121 m@14@196 m@15@225 m@5@25 m@11@121 m@14@196',
      ],
      'points with several values at a step': [
        'metrics: o@1@3 o@2@NaN o@2@1 o@2@2 o@3@1 -> o@-4@-1 o@1@3 o@2@NaN o@2@1 o@2@2 o@3@1',
      ],
    },
  },
  {
    reason: 'a value that is no number is not 0: it fulfils no comparison but !=',
    requests: {
      'runs where metric.acc < 1': ['runs: alpha beta gamma -> alpha beta'],
      'runs where metrics.acc <= 0.75': ['runs: alpha beta gamma -> alpha beta'],
      'runs where metrics.acc > -2': ['runs: alpha beta delta gamma -> alpha beta delta'],
    },
  },
  {
    reason: 'a token means that there is more',
    requests: {
      'a page that ends with the runs': ['next_page_token: "<token>" -> absent'],
    },
  },
]
