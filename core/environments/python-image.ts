import { randomUUID } from 'node:crypto'
import { pack } from 'tar-stream'
import { isProblem, Problem } from '#core/base/problem.ts'
import { SETTINGS } from '#core/contract/settings.ts'
import type { EngineImage } from '#core/runtimes/images.ts'
import { BUILD_FOLDER, pipHandover, proxyArguments } from './build-settings.ts'
import { explainFailure } from './explain-failure.ts'
import { findPython } from './find-python.ts'
import { fetchImage } from './image-fetch.ts'
import { buildNetwork, type ImageContext } from './image-context.ts'
import { BASE_LABEL, BUILD_LABEL, ENVIRONMENT_LABEL, PYTHON_LABEL } from './image-tag.ts'
import { environmentDigest, type PythonLock } from './lock.ts'
import { packageVersions } from './requirement.ts'
import { parsePythonRange } from './python-range.ts'
import { removeLeftovers } from './build-leftovers.ts'

const USUAL_BASE = SETTINGS['docker.pythonBaseImage'].default
/** Where the packages of an environment lie in its image. */
const ENVIRONMENT_FOLDER = '/opt/minisub/env'
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What every Python of ours is told; the same as a process gets of its environment. */
const PYTHON_VARIABLES = { PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' } as const

/** The image that environments of a Python are built on, as the setting names it. */
export function pythonBase({ settings }: Pick<ImageContext, 'settings'>, minor: string): string {
  return settings.get('docker.pythonBaseImage').replaceAll('<version>', minor)
}

/** The same where it is another than the usual one. */
export function otherBase(context: Pick<ImageContext, 'settings'>, minor: string): string | undefined {
  const base = pythonBase(context, minor)
  return base === USUAL_BASE.replaceAll('<version>', minor) ? undefined : base
}

/** What is to be built and under which names. */
export type Wanted = { readonly digest: string; readonly tag: string; readonly platform: string }

/**
 * Builds the image of locked packages: a stage that is told of indexes, proxies and certificates installs them, and the
 * image gets the installed files alone. What that stage leaves in the engine is removed, however the build ends.
 */
export async function buildPythonImage(lock: PythonLock, wanted: Wanted, context: ImageContext): Promise<EngineImage> {
  const base = pythonBase(context, lock.pythonMinor)
  const found = await fetchImage(base, wanted.platform, context)
  const build = randomUUID()
  const packages = packageVersions(lock.requirements)
  const facts = { base, user: found.user, path: found.env['PATH'] ?? DEFAULT_PATH }
  const files = await contextFiles(lock, facts, context)
  const held = packages.length === 0 ? 'Python without packages' : `${packages.length} locked packages`
  context.onLine?.(`building an image of ${held} on ${base}`)
  try {
    return await context.images.build({
      context: tarOf(files),
      dockerfile: 'Dockerfile',
      tag: wanted.tag,
      labels: {},
      args: { ...proxyArguments(context.settings, context.variables), MINISUB_BUILD: build },
      ...buildNetwork(context),
      signal: context.signal,
      onLine: context.onLine,
    })
  } catch (error) {
    throw isProblem(error) && error.code === 'environment_failed' ? explain(error, packages, context) : error
  } finally {
    await removeLeftovers(context.images, { build, isGivenUp: context.signal?.aborted === true })
  }
}

/** The same text for the same lock and base: what differs between builds comes as an argument. */
function pythonDockerfile(lock: PythonLock, { base, user, path }: Facts): string {
  const minor = lock.pythonMinor
  const version = `import sys; v = '%d.%d' % sys.version_info[:2]; sys.exit(0 if v == '${minor}' else 'the base image has Python ' + v + ', not ${minor}')`
  const pip = `PIP_CONFIG_FILE=${BUILD_FOLDER}/pip.conf python -m pip --python ${ENVIRONMENT_FOLDER}/bin/python install --no-cache-dir --require-hashes --no-deps --compile -r ${BUILD_FOLDER}/requirements.txt`
  const steps = [`python -c "${version}"`, `python -m venv --without-pip ${ENVIRONMENT_FOLDER}`]
  const variables = Object.entries(PYTHON_VARIABLES).map(([name, value]) => `${name}=${value}`)
  return `FROM ${base} AS builder
${user === '' ? '' : 'USER root\n'}ARG MINISUB_BUILD
LABEL ${BUILD_LABEL}=$MINISUB_BUILD
COPY . ${BUILD_FOLDER}/
RUN ${[...steps, ...(lock.requirements.length === 0 ? [] : [pip])].join(' && ')}
FROM ${base}
COPY --from=builder ${ENVIRONMENT_FOLDER} ${ENVIRONMENT_FOLDER}
ENV VIRTUAL_ENV=${ENVIRONMENT_FOLDER} PATH=${ENVIRONMENT_FOLDER}/bin:${path} ${variables.join(' ')}
LABEL ${ENVIRONMENT_LABEL}=${environmentDigest(lock)} ${BASE_LABEL}=${base} ${PYTHON_LABEL}=${minor}
`
}

/** What is known of the base image: its name, user and PATH. */
type Facts = { readonly base: string; readonly user: string; readonly path: string }
type Files = ReadonlyMap<string, string | Uint8Array>

async function contextFiles(lock: PythonLock, facts: Facts, context: ImageContext): Promise<Files> {
  const { settings, variables } = context
  const packages = packageVersions(lock.requirements)
  const handover = await pipHandover({ python: await hostPython(variables), variables, settings, packages })
  return new Map<string, string | Uint8Array>([
    ['Dockerfile', pythonDockerfile(lock, facts)],
    ['requirements.txt', `${lock.requirements.join('\n')}\n`],
    ['pip.conf', handover.config],
    ...[...handover.files].toSorted(([left], [right]) => (left < right ? -1 : 1)),
  ])
}

/** A Python of this machine, whose pip knows how it is set up; images are built without one too. */
async function hostPython(variables: ImageContext['variables']): Promise<string | undefined> {
  try {
    return (await findPython(parsePythonRange('>=3'), variables)).executable
  } catch (error) {
    if (isProblem(error)) return undefined
    throw error
  }
}

async function* tarOf(files: Files): AsyncGenerator<Uint8Array> {
  const tar = pack()
  for (const [name, content] of files) tar.entry({ name, mode: 0o644, mtime: new Date(0) }, content)
  tar.finalize()
  for await (const bytes of tar) if (bytes instanceof Uint8Array) yield bytes
}

/** pip's own words say more than that a step of a Dockerfile failed. */
function explain(error: Problem, packages: readonly string[], context: ImageContext): Problem {
  const what = 'The image of the environment could not be built'
  const known = explainFailure({ what, output: error.details ?? error.message, asked: packages })
  if (known.code !== 'network_unavailable') return known.code === 'environment_failed' ? last(error, known) : known
  const network = context.settings.get('docker.buildNetwork')
  const hint =
    network === 'host'
      ? ''
      : ' Builds have a network of their own: the setting docker.buildNetwork host gives them that of this machine.'
  return new Problem(known.code, known.message + hint, { details: known.details ?? '', cause: error })
}

/** A reason that explainFailure knows, else the step of the Dockerfile. */
function last(error: Problem, known: Problem): Problem {
  return /lock|ready wheel/.test(known.message) ? known : error
}
