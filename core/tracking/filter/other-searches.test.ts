import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileFilter, experimentGrammar, modelVersionGrammar, registeredModelGrammar, type Sql } from './index.ts'
import { keyNumber, openSampleStore } from './sample-store.ts'

let store: ReturnType<typeof openSampleStore>
beforeAll(() => {
  store = openSampleStore()
  const { db } = store
  db.exec(`
    INSERT INTO experiments (id, project, created_by, name, artifact_location, created_at, updated_at) VALUES
      (1, 'default', 'local', 'Vision', '', 100, 300), (12, 'default', 'local', 'vision-2', '', 200, 200);
    INSERT INTO experiment_tags VALUES (1, ${keyNumber(db, 'team')}, 'red');

    INSERT INTO registered_models (id, project, created_by, name, created_at, updated_at) VALUES
      (1, 'default', 'local', 'iris', 1, 9), (2, 'default', 'local', 'greeting', 2, 8), (3, 'default', 'local', 'IRIS-2', 3, 7);
    INSERT INTO registered_model_tags VALUES (2, 'mlflow.prompt.is_prompt', 'true'), (3, 'task', 'class');
    INSERT INTO model_versions (model, version, created_by, created_at, updated_at, stage, source, storage, run_id, run_link, model_id) VALUES
      (1, 1, 'local', 1, 1, 'None', 'runs:/r1/model', '', 'r1', '', ''),
      (1, 2, 'local', 2, 2, 'Production', 'models:/m-1', '', '', '', 'm-1'),
      (2, 1, 'local', 3, 3, 'None', 'dummy', '', '', '', '');
    INSERT INTO model_version_tags VALUES (2, 1, 'mlflow.prompt.is_prompt', 'true'), (1, 2, 'ok', 'yes');
  `)
})
afterAll(() => store[Symbol.dispose]())

function rows(text: string, ...pieces: readonly Sql[]): string {
  const values = pieces.flatMap((piece) => piece.values)
  return store.db
    .prepare<unknown[], string>(text)
    .pluck()
    .all(...values)
    .join(' ')
}

describe('experiments', () => {
  test.each([
    ['', '0 1 12'],
    ["name = 'Vision'", '1'],
    ["attribute.name ILIKE 'vision%'", '1 12'],
    ["name LIKE 'vision%'", '12'],
    ['creation_time < 200', '1'],
    ['attributes.last_update_time >= 200 AND creation_time <= 300', '1 12'],
    ["tags.team = 'red'", '1'],
    ["experiment_id IN ('1', '12')", '1 12'],
  ])('%s -> %s', (filter, ids) => {
    const where = compileFilter(filter, experimentGrammar)
    expect(rows(`SELECT e.id FROM experiments e WHERE ${where.sql} ORDER BY e.id`, where)).toBe(ids)
  })
})

describe('registered models, which prompts are not unless they are asked for', () => {
  test.each([
    ['', 'IRIS-2 iris'],
    ["name = 'greeting'", ''],
    ["tags.`mlflow.prompt.is_prompt` != 'true'", 'IRIS-2 iris'],
    ["tags.mlflow.prompt.is_prompt = 'false'", 'IRIS-2 iris'],
    ["tags.`mlflow.prompt.is_prompt` = 'true'", 'greeting'],
    ["name LIKE 'g%' AND tag.`mlflow.prompt.is_prompt` = 'true'", 'greeting'],
    ["tags.`mlflow.prompt.is_prompt` = 'true' OR tags.task = 'class'", 'IRIS-2 greeting'],
    ["tags.task != 'other'", 'IRIS-2'],
    ["name ILIKE 'iris%'", 'IRIS-2 iris'],
    ["name LIKE 'iris%'", 'iris'],
    ['last_updated_timestamp > 8', 'iris'],
  ])('%s -> %s', (filter, names) => {
    const where = compileFilter(filter, registeredModelGrammar)
    expect(rows(`SELECT m.name FROM registered_models m WHERE ${where.sql} ORDER BY m.name`, where)).toBe(names)
  })
})

describe('model versions', () => {
  test.each([
    ['', 'iris/1 iris/2'],
    ["name = 'iris' AND version_number > 1", 'iris/2'],
    ["run_id = 'r1'", 'iris/1'],
    ["run_id IN ('r1', 'r2')", 'iris/1'],
    ['run_id IS NULL', 'iris/2'],
    ["run_id = ''", 'iris/2'],
    ["source_path LIKE 'models:/%'", 'iris/2'],
    ["stage = 'Production'", 'iris/2'],
    ["tags.ok = 'yes'", 'iris/2'],
    ["tags.`mlflow.prompt.is_prompt` = 'true'", 'greeting/1'],
    ["name = 'greeting'", ''],
  ])('%s -> %s', (filter, versions) => {
    const where = compileFilter(filter, modelVersionGrammar)
    const text = `SELECT m.name || '/' || v.version FROM model_versions v JOIN registered_models m ON m.id = v.model`
    expect(rows(`${text} WHERE ${where.sql} ORDER BY 1`, where)).toBe(versions)
  })
})
