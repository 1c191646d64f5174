import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProblem } from '#core/base/problem.ts'
import {
  formatLockFile,
  lockPython,
  openEnvironments,
  parseLockFile,
  type BuiltEnvironment,
  type PythonLock,
} from '#core/environments/index.ts'

/** Versions of the client that programs are run with; with the one in the middle comes its server. */
export const MLFLOW_VERSIONS = ['2.22.5', '3.6.0', '3.17.2'] as const
export type MlflowVersion = (typeof MLFLOW_VERSIONS)[number]
/** The version whose server the core is compared with. */
export const SERVER_VERSION: MlflowVersion = '3.6.0'

/** Of one version each, so that the three environments share what is fetched. */
const LIBRARIES = ['numpy==2.2.6', 'pandas==2.3.3', 'scikit-learn==1.6.1', 'pillow==12.0.0']
/** The server of 3.6.0 uses a name that SQLAlchemy 2.1 no longer has; 3.17.2 writes models of scikit-learn by skops. */
const PACKAGES: Record<MlflowVersion, readonly string[]> = {
  '2.22.5': ['mlflow-skinny==2.22.5', ...LIBRARIES],
  '3.6.0': ['mlflow==3.6.0', 'sqlalchemy==2.0.46', ...LIBRARIES],
  '3.17.2': ['mlflow-skinny==3.17.2', 'skops==0.13.0', ...LIBRARIES],
}
const PYTHON = '>=3.10,<3.14'

/** Interpreters by the version of mlflow that they have. */
export type MlflowPythons = Record<MlflowVersion, BuiltEnvironment>
type Answer = { readonly pythons: MlflowPythons } | { readonly fault: string }
let asked: Promise<Answer> | undefined

/** Why no mlflow can be had, such as no Python or no package index; undefined where all are installed. */
export async function mlflowFault(): Promise<string | undefined> {
  const answer = await ask()
  return 'fault' in answer ? answer.fault : undefined
}

/** The interpreters; throws where `mlflowFault` gives a reason. */
export async function mlflowPythons(): Promise<MlflowPythons> {
  const answer = await ask()
  if ('fault' in answer) throw new Error(answer.fault)
  return answer.pythons
}

async function ask(): Promise<Answer> {
  asked ??= install()
  return asked
}

/**
 * Installs the environments by the code that installs those of steps, in a folder that outlives the tests: once, however
 * many workers ask. What was once locked is not locked again, so that a second time nothing is asked of an index.
 */
async function install(): Promise<Answer> {
  const home = cacheFolder()
  const environments = openEnvironments({ home })
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    const [oldest, middle, newest] = await Promise.all(
      MLFLOW_VERSIONS.map(async (version) => environments.ensure(await lockOf(home, PACKAGES[version]))),
    )
    if (oldest === undefined || middle === undefined || newest === undefined) throw new Error('a version is missing')
    return { pythons: { '2.22.5': oldest, '3.6.0': middle, '3.17.2': newest } }
  } catch (error) {
    if (isProblem(error)) return { fault: `no mlflow: ${error.message}` }
    throw error
  }
}

function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? ''
  return join(cache === '' ? tmpdir() : cache, `minisub-test-mlflow-${process.getuid?.() ?? 'me'}`)
}

async function lockOf(home: string, packages: readonly string[]): Promise<PythonLock> {
  const key = createHash('sha256')
    .update(JSON.stringify([PYTHON, packages]))
    .digest('hex')
    .slice(0, 16)
  const file = join(home, `${key}.lock.json`)
  if (!existsSync(file)) {
    const lock = await lockPython({ python: PYTHON, packages }, { home })
    const aside = `${file}.${process.pid}`
    await writeFile(aside, formatLockFile({ version: 1, environments: { it: lock } }))
    await rename(aside, file)
  }
  const kept = parseLockFile(await readFile(file, 'utf8')).environments['it']
  if (kept?.kind !== 'python') throw new Error(`${file} holds no lock of a Python environment`)
  return kept
}
