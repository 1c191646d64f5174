// `npm run demo`: runs the wine sample from its YAML to an ONNX model, then asks the model about rows it never saw.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { RunView } from '#core/contract/run.ts'
import { parseNumberTable, scoreOnnx } from '#core/models/index.ts'

const root = join(import.meta.dirname, '..', '..')
const sample = join('resources', 'samples', 'wine', 'pipeline.yaml')
const home = process.env['MINISUB_HOME'] ?? join(homedir(), '.mini-submarine')

/** Runs `minisub` with its progress shown, and returns what it printed. Ends the demo where it fails. */
function minisub(...args: string[]): string {
  const cli = join(root, 'core', 'cli', 'minisub.js')
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
  return stdout
}

console.log(`Running ${sample}: every step is a process of its own, in a locked Python environment.\n`)
const run = JSON.parse(minisub('run', sample, '--json')) as RunView

const results = join(home, 'demo', run.id)
minisub('artifacts', run.id, '--save', results)
const table = parseNumberTable(readFileSync(join(results, 'prepare', 'test'), 'utf8'))
const score = await scoreOnnx({
  modelPath: join(results, 'export', 'model'),
  rows: table.rows.map((row) => row.slice(0, -1)),
  labels: table.rows.map((row) => row.at(-1) ?? Number.NaN),
})

const percent = ((score.accuracy ?? 0) * 100).toFixed(1)
console.log(`
The ONNX model answered for ${score.predictions.length} wines it never saw, in ${(score.seconds * 1000).toFixed(1)} ms: ${percent} % right.

Results   ${results}
  model       ${join(results, 'export', 'model')}
  confusion   ${join(results, 'evaluate', 'report', 'confusion.svg')}

Next
  npx minisub open                          the page: this run as a graph, with its logs and artifacts
  npm run demo                              again: every step but register comes from the cache
  npx minisub models show wine              the model that the step register has made a version of
  npx minisub show ${run.id}
  npx minisub run ${sample} -p 'depths=[1, 2]'
  npx minisub why ${run.id} train[0]
  edit resources/samples/wine/train.py and run again: only what depends on it runs
  npx minisub init hello                    a pipeline of your own
`)
