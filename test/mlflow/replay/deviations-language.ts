import type { Deviation } from './deviation.ts'

/** Where the languages of searches have more, and where a mistake is said to be one. */
export const LANGUAGE_DEVIATIONS: readonly Deviation[] = [
  {
    reason: "a user's mistake is a 400 with words, never a 500 that clients repeat for minutes, nor SQL",
    requests: {
      'an id that is no number': ['500 INTERNAL_ERROR -> 404 RESOURCE_DOES_NOT_EXIST'],
      'a new name for a deleted experiment': ['500 INVALID_STATE -> 400 INVALID_PARAMETER_VALUE'],
      'a run in no experiment': ['400 BAD_REQUEST -> 400 INVALID_PARAMETER_VALUE'],
      'a batch with a metric that is a text': ['500 "no JSON" -> 400 INVALID_PARAMETER_VALUE'],
      'runs by run_name, then run_name': ['500 INTERNAL_ERROR -> 400 INVALID_PARAMETER_VALUE'],
      'runs by metrics.acc, then metrics.acc DESC': ['500 INTERNAL_ERROR -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
  {
    reason: "a user's mistake is a 400 or a 404, never a 500 that clients repeat for minutes",
    requests: {
      'registered models by name, then name DESC': ['500 INTERNAL_ERROR -> 400 INVALID_PARAMETER_VALUE'],
      'a version of a version that is not there': ['500 INTERNAL_ERROR -> 404 RESOURCE_DOES_NOT_EXIST'],
      'archiving what comes to no stage': ['500 INTERNAL_ERROR -> 400 INVALID_PARAMETER_VALUE'],
      'a file that is not there': ['500 INTERNAL_ERROR -> 404 RESOURCE_DOES_NOT_EXIST'],
      'a folder is read as a file': ['500 "no JSON" -> 404 RESOURCE_DOES_NOT_EXIST'],
      'a file that is not there for the page': ['500 "no JSON" -> 404 RESOURCE_DOES_NOT_EXIST'],
      'a body that is a text': ['500 "no JSON" -> 400 BAD_REQUEST'],
    },
  },
  {
    reason: 'the language has more: OR, parentheses, IS NULL, IN for all texts, more keys to filter and sort by',
    requests: {
      'runs where   ': ['400 INVALID_PARAMETER_VALUE -> 200 alpha beta delta epsilon gamma'],
      'runs where OR': ['400 INVALID_PARAMETER_VALUE -> 200 alpha beta'],
      'runs where parentheses': ['400 INVALID_PARAMETER_VALUE -> 200 alpha'],
      'runs where a tag is null': ['400 INVALID_PARAMETER_VALUE -> 200 delta'],
      "no runs where tags.team IN ('red')": ['400 INVALID_PARAMETER_VALUE -> 200 alpha'],
      "no runs where run_name IN ('alpha')": ['400 INVALID_PARAMETER_VALUE -> 200 alpha'],
      'runs by `Run name` ASC': ['400 INVALID_PARAMETER_VALUE -> 200 alpha beta delta epsilon gamma'],
      "experiments where attributes.name LIKE 'x/_'": ['400 INVALID_PARAMETER_VALUE -> 200 x/c x/b x/a'],
      "no experiments where name IN ('x/a')": ['400 INVALID_PARAMETER_VALUE -> 200 x/a'],
      "no experiments where experiment_id = '0'": ['400 INVALID_PARAMETER_VALUE -> 200 Default'],
      'experiments by tags.team': ['400 INVALID_PARAMETER_VALUE -> 200 x/b x/a x/c'],
    },
  },
  {
    reason: 'the language has more: IN for all texts, more keys to sort by',
    requests: {
      "no registered models where name IN ('x')": ['400 INVALID_PARAMETER_VALUE -> 200'],
      'registered models by creation_timestamp ASC': ['400 INVALID_PARAMETER_VALUE -> 200 m-one m two m-three m-twin'],
      'registered models by tags.team': ['400 INVALID_PARAMETER_VALUE -> 200 m-one m two m-three m-twin'],
    },
  },
  {
    reason: 'a condition is missing beside AND: it is said so',
    requests: {
      "no runs where params.lr = '0.1' AND": ['200 alpha -> 400 INVALID_PARAMETER_VALUE'],
      "no runs where AND params.lr = '0.1'": ['200 alpha -> 400 INVALID_PARAMETER_VALUE'],
    },
  },
]
