import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { mlflowFault } from './mlflow-environments.ts'

/** What a suite may need beside Node and Python, as MINISUB_TEST_REQUIRE names it. */
export type Requirement = 'browser' | 'docker' | 'keychain' | 'kind' | 'kubernetes' | 'mlflow'

/** Where browsers of this kind lie when they are not on PATH. */
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The Chromium of this machine: MINISUB_CHROMIUM, else what is on PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env['MINISUB_CHROMIUM']
  if (named !== undefined && named !== '') return named
  // The shell without windows starts in half the time.
  for (const name of [
    'chromium-headless-shell',
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
  ]) {
    try {
      return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim()
    } catch {
      // The next name, then: `command -v` ends with 1 for what is not there.
    }
  }
  return ELSEWHERE.find((file) => existsSync(file))
}

/**
 * `describe` for suites that need a browser: skipped, with the reason in their name, where there is none; with
 * `MINISUB_TEST_REQUIRE=browser` they then fail.
 */
export function describeInBrowser(name: string, suite: () => void): void {
  if (findChromium() !== undefined || isRequired('browser')) describe(name, suite)
  else describe.skip(`${name} (skipped: no Chromium on PATH, install one or set MINISUB_CHROMIUM)`, suite)
}

/**
 * `describe` for suites that need a container engine, found as the product finds it: skipped, with the reason in their
 * name, where none answers; with `MINISUB_TEST_REQUIRE=docker` they then fail.
 */
export function describeWithDocker(name: string, suite: () => void): void {
  describeUnless(dockerFault(), { requirement: 'docker', thing: 'a container engine', name }, suite)
}

/**
 * The cluster that tests use and what goes with it, from KUBECONFIG and the variables KUBE_LAB_*. Empty where a variable
 * is not set; never so within `describeWithKubernetes`.
 */
export const lab = {
  /** The first file of KUBECONFIG; its current context is the cluster, its user may do everything. */
  kubeconfig: (process.env['KUBECONFIG'] ?? '').split(':')[0] ?? '',
  context: currentContext((process.env['KUBECONFIG'] ?? '').split(':')[0] ?? ''),
  /** Has the service account `pipeline` that Argo's pods run as. */
  namespace: process.env['KUBE_LAB_NAMESPACE'] ?? 'ml',
  /** Address of an S3 store, the same from here and from pods; path style. */
  s3: process.env['KUBE_LAB_S3'] ?? '',
  bucket: process.env['KUBE_LAB_S3_BUCKET'] ?? '',
  accessKey: process.env['KUBE_LAB_S3_ACCESS_KEY'] ?? '',
  secretKey: process.env['KUBE_LAB_S3_SECRET_KEY'] ?? '',
  /** Host and port of a registry without TLS or login, the same from here, from the engine and from nodes. */
  registry: process.env['KUBE_LAB_REGISTRY'] ?? '',
} as const

/**
 * `describe` for suites that need a Kubernetes cluster with Argo Workflows, an S3 store and a registry (`lab`): skipped,
 * with the reason in their name, where they are not there; with `MINISUB_TEST_REQUIRE=kubernetes` they then fail.
 */
export function describeWithKubernetes(name: string, suite: () => void): void {
  const thing = 'a Kubernetes cluster with Argo Workflows'
  describeUnless(kubernetesFault(), { requirement: 'kubernetes', thing, name }, suite)
}

/**
 * `describe` for suites that need real MLflow clients and a server, to be awaited: they are installed first, where they
 * are not yet. Skipped, with the reason in their name, where they cannot be; with `MINISUB_TEST_REQUIRE=mlflow` they then
 * fail.
 */
export async function describeWithMlflow(name: string, suite: () => void): Promise<void> {
  describeUnless(await mlflowFault(), { requirement: 'mlflow', thing: 'MLflow', name }, suite)
}

/** `describe` for suites that make clusters with kind: skipped, with the reason in their name, where that cannot be. */
export function describeWithKind(name: string, suite: () => void): void {
  describeUnless(dockerFault() ?? kindFault(), { requirement: 'kind', thing: 'kind', name }, suite)
}

/** Why kind cannot be used; undefined where it is on PATH. */
export function kindFault(): string | undefined {
  const { status } = spawnSync('kind', ['version'])
  return status === 0 ? undefined : 'there is no kind on PATH, install it'
}

type Wanted = { readonly requirement: Requirement; readonly thing: string; readonly name: string }

function describeUnless(fault: string | undefined, { requirement, thing, name }: Wanted, suite: () => void): void {
  if (fault === undefined) describe(name, suite)
  else if (!isRequired(requirement)) describe.skip(`${name} (skipped: ${fault})`, suite)
  else describe(name, () => test(`${thing} is there`, () => expect.fail(fault)))
}

/**
 * `describe` for suites that start a Secret Service of their own: skipped, with the reason in their name, where its
 * programs are missing; with `MINISUB_TEST_REQUIRE=keychain` they then fail.
 */
export function describeWithSecretService(name: string, suite: () => void): void {
  const programs = ['dbus-run-session', 'gnome-keyring-daemon']
  const missing = programs.filter((it) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', it]).status !== 0)
  if (missing.length === 0 || isRequired('keychain')) describe(name, suite)
  else
    describe.skip(`${name} (skipped: there is no ${missing.join(' and no ')}, install gnome-keyring and dbus)`, suite)
}

let asked: { readonly fault: string | undefined } | undefined

/** Why no container engine can be used; undefined where one answers. Asked once, in a process of its own. */
export function dockerFault(): string | undefined {
  asked ??= { fault: askForEngine() }
  return asked.fault
}

function askForEngine(): string | undefined {
  const engine = new URL('../../core/runtimes/docker/engine.ts', import.meta.url).href
  const script = `const { openDockerEngine } = await import(${JSON.stringify(engine)})
    await openDockerEngine().client().catch((error) => { console.log(error.message); process.exit(3) })`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : (stdout + stderr).trim()
}

let clusterAsked: { readonly fault: string | undefined } | undefined

/** Why no cluster can be used by tests; undefined where one answers and has Argo. Asked once, in a process of its own. */
export function kubernetesFault(): string | undefined {
  clusterAsked ??= { fault: askForCluster() }
  return clusterAsked.fault
}

function askForCluster(): string | undefined {
  const missing = Object.entries(lab).filter(([, value]) => value === '')
  if (missing.length > 0) {
    return `KUBECONFIG and KUBE_LAB_* do not name a cluster: no ${missing.map(([key]) => key).join(', ')}`
  }
  const library = new URL('../../core/runtimes/kubernetes/index.ts', import.meta.url).href
  const address = { kubeconfig: [lab.kubeconfig], context: lab.context, namespace: lab.namespace }
  const script = `const { openCluster } = await import(${JSON.stringify(library)})
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/workflows.argoproj.io'
    await openCluster(${JSON.stringify(address)}).call('GET', path).then(
      () => process.exit(0),
      (error) => { console.log(error.message); process.exit(3) })`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : (stdout + stderr).trim()
}

function currentContext(file: string): string {
  if (!existsSync(file)) return ''
  const config: unknown = parse(readFileSync(file, 'utf8'))
  const isNamed = typeof config === 'object' && config !== null && 'current-context' in config
  return isNamed ? String(config['current-context']) : ''
}

function isRequired(requirement: Requirement): boolean {
  return (process.env['MINISUB_TEST_REQUIRE'] ?? '').split(',').includes(requirement)
}
