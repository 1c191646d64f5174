type Words = Readonly<Record<string, string>>

/** What each entity is called in a filter. */
export const ATTRIBUTE_WORDS: Words = {
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
}
export const METRIC_WORDS: Words = { metric: 'metric', metrics: 'metric' }
export const PARAMETER_WORDS: Words = {
  parameter: 'parameter',
  parameters: 'parameter',
  param: 'parameter',
  params: 'parameter',
}
export const TAG_WORDS: Words = { tag: 'tag', tags: 'tag' }
export const DATASET_WORDS: Words = { dataset: 'dataset', datasets: 'dataset' }

/** SQL of the number of a key's name, which is its value; SQLite looks it up once a statement. */
export const KEY_NUMBER = '(SELECT id FROM keys WHERE name = ?)'
