import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCliSandbox, runOf, type CliSandbox } from '#test/support/cli-sandbox.ts'
import { MLFLOW_VERSIONS, mlflowPythons } from '#test/support/mlflow-environments.ts'
import { NO_TELEMETRY } from '#test/support/mlflow-server.ts'
import { describeWithMlflow } from '#test/support/requirements.ts'

const PROGRAM = join(import.meta.dirname, '..', 'fixtures', 'mlflow', 'registered.py')
const TRAIN = [
  'import os, mlflow.sklearn',
  'from sklearn.tree import DecisionTreeClassifier',
  'model = DecisionTreeClassifier().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])',
  'mlflow.sklearn.save_model(model, os.environ["MINISUB_OUTPUTS"] + "/model")',
].join('\n')

await describeWithMlflow('a model that a pipeline registered', () => {
  let sandbox: CliSandbox
  beforeAll(async () => void (sandbox = await openCliSandbox()))
  afterAll(() => sandbox[Symbol.asyncDispose]())

  test.each(MLFLOW_VERSIONS.slice(0, 2))(
    'is loaded by its alias by mlflow %s',
    async (version) => {
      const { python } = (await mlflowPythons())[version]
      const name = `m-${version.replaceAll('.', '-')}`
      const command = JSON.stringify([python, '-c', TRAIN])
      const file = await sandbox.pipeline(name, [
        'steps:',
        `  train: {command: ${command}, outputs: {model: {type: folder}}}`,
        `  register: {register: {model: ${name}, from: "\${{ steps.train.outputs.model }}", alias: champion}}`,
      ])
      const run = runOf(await sandbox.minisub('run', file, '--json'))
      expect(run.status).toBe('succeeded')
      const { stdout: lines } = await sandbox.minisub('tracking', 'env')
      const variables = Object.fromEntries(
        [...lines.matchAll(/^export (\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
      )
      const { PATH, HOME, LANG, TMPDIR } = process.env
      const env = { PATH, HOME, LANG, TMPDIR, ...NO_TELEMETRY, ...variables }
      const { stdout } = await promisify(execFile)(python, [PROGRAM, name], { cwd: sandbox.folder, env })
      expect(stdout.trim().split('\n').at(-1)).toBe('loaded')
    },
    240_000,
  )
})
