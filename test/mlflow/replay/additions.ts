/** Fields that our answers have where the reference has none, and why. Clients leave out what they do not know. */
export const ADDITIONS: Readonly<Record<string, string>> = {
  model_id: 'which logged model a metric or a version is of is known here, so it is told',
  model_params: 'a version of a logged model tells its parameters, as the protocol has a place for them',
  model_metrics: 'a version of a logged model tells its metrics, as the protocol has a place for them',
  dataset_name: 'on which dataset a metric was measured is told with the metric',
  dataset_digest: 'on which dataset a metric was measured is told with the metric',
  aliases: 'versions tell their aliases in lists too, not when they are asked for one at a time alone',
  model_inputs: 'runs tell the models that they used in searches too',
  file_size: 'an empty file has a size, which is 0',
  model: 'the answer to new tags of a model is the model',
}

const ADDED = /(?:^|\.)(\w+): absent -> /

/** The field that a line of `compare` says was added; undefined where the line says something else. */
export function additionOf(line: string): string | undefined {
  const field = ADDED.exec(line)?.[1] ?? ''
  return field in ADDITIONS ? field : undefined
}
