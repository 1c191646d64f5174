import type { Looked } from '#core/base/looked.ts'
import type { Problem } from '#core/base/problem.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import { failed, findingOf, passed, warning, type Finding } from '#core/cluster-facts/index.ts'
import type { ArgoMeter, SurveyedImage, SurveyedObject } from '#core/pipelines/index.ts'
import { formatBytes } from '#core/base/quantity.ts'
import type { PlanParts } from './planner.ts'

/** Checks of what a push sends, by id; docs/push-checks.md has them too. */
export const SURVEY_CHECKS = {
  lock: 'Lock of the environments',
  image: 'Image',
  bucket: 'Bucket',
  'shared-cache': 'Cache of the bucket',
  'argo-version': 'Version of Argo',
  'argo-limits': 'Limits of Argo',
  'dry-run': 'Dry run of the Workflow',
  objects: 'Objects of the namespace',
  'carried-secrets': 'Secrets that go along',
  pushed: 'What was pushed before',
  'code-scan': 'Search of the code',
} as const

type Id = keyof typeof SURVEY_CHECKS

/** From so much of a limit of Argo on it is told. */
const NEAR = 0.8

/** What the survey found, as checks: each part that could not be looked at says why. */
export function surveyChecks(parts: PlanParts): PlanCheck[] {
  const { cluster, lock, pipeline } = parts.survey
  const usedBy = (environment: string | null) =>
    pipeline.plan.steps.filter(({ definition }) => definition.environment === environment).map(({ name }) => name)
  return [
    told('lock', lock === 'fits' ? passed('the lock file fits') : toLock()),
    ...cluster.images.map((it) => imageCheck(it, usedBy(it.environment === '' ? null : it.environment))),
    ...argoChecks(parts),
    ...(cluster.dryRun === null ? [] : [lookedAt('dry-run', cluster.dryRun, 'the API server would take the run')]),
    ...bucketChecks(parts),
    ...objectChecks(parts),
    ...carriedChecks(parts),
    ...(parts.last.problem === undefined ? [] : [lookedAt('pushed', parts.last, '')]),
    ...scanChecks(parts),
  ]
}

/** The template by the check of its name, the bucket by its own. */
function isToldElsewhere({ kind, plan }: SurveyedObject, { survey: { cluster } }: PlanParts): boolean {
  if (kind === 'WorkflowTemplate') return plan.problem?.code === 'conflict'
  return kind === 'object' && cluster.template.uploads.problem !== undefined
}

function toLock(): Finding {
  const found =
    'the lock file is missing or does not fit the document: which packages the cluster gets is not fixed yet'
  return warning(found, 'write it with `minisub lock`, and keep it with the document; a push does it too')
}

function imageCheck({ image, unread }: SurveyedImage, steps: readonly string[]): PlanCheck {
  if (image.problem !== undefined)
    return problemCheck('image', image.problem, { seconds: image.seconds, step: onlyOf(steps) })
  const { what, bytes, action } = image.value
  if (unread !== null) {
    const found = `${what} is pulled from elsewhere, and its registry did not say that it has it: ${unread}`
    const fix = 'log this machine in to that registry, or look there yourself'
    return told('image', { status: 'skipped', found, fix }, { seconds: image.seconds, step: onlyOf(steps) })
  }
  const size = bytes === null ? 'of a size that is known when it is built' : formatBytes(bytes)
  const words = {
    present: 'is in the registry',
    as_is: 'is pulled from elsewhere',
    push: `is to be sent, ${size}`,
    build: `is to be built and sent, ${size}`,
  }
  return told('image', passed(`${what} ${words[action]}`), { seconds: image.seconds, step: onlyOf(steps) })
}

function onlyOf(steps: readonly string[]): string | null {
  const [first, ...rest] = steps
  return first === undefined || rest.length > 0 ? null : first
}

function argoChecks({ survey: { cluster } }: PlanParts): PlanCheck[] {
  const { workflow, template, argo } = cluster
  const problem = template.problem ?? workflow?.problem ?? null
  if (cluster.images.some(({ image }) => image.problem !== undefined && image.problem === problem)) {
    const found = `not looked at, since the check "${SURVEY_CHECKS.image}" failed`
    return [told('argo-limits', { status: 'skipped', found, fix: null })]
  }
  if (problem !== null) return [problemCheck('argo-limits', problem, {})]
  if (argo.problem !== undefined) {
    const found = 'not looked at, since the version of Argo is not known'
    return [lookedAt('argo-version', argo, ''), told('argo-limits', { status: 'skipped', found, fix: null })]
  }
  const near = [...template.meter, ...(workflow?.meter ?? [])].filter(isNear)
  const [first] = near
  if (first === undefined) return [told('argo-limits', passed('the pipeline is within all of them'))]
  const found = `${first.used} of at most ${first.cap} ${first.what} are used: a larger fan-out or more steps may not fit`
  return [told('argo-limits', warning(found, 'split the pipeline, or hand long lists on as files'))]
}

function isNear({ used, cap }: ArgoMeter): boolean {
  return cap !== null && used >= cap * NEAR
}

function bucketChecks({ survey: { cluster } }: PlanParts): PlanCheck[] {
  const uploads = cluster.workflow?.uploads ?? cluster.template.uploads
  const cache = cluster.cache.problem === undefined ? [] : [lookedAt('shared-cache', cluster.cache, '')]
  return [lookedAt('bucket', uploads, 'it answers, and says what it has'), ...cache]
}

/** Most cannot be looked at for the same reason, which is told once. */
function objectChecks(parts: PlanParts): PlanCheck[] {
  const objects = parts.survey.cluster.objects.filter((it) => !isToldElsewhere(it, parts))
  const unseen = objects.flatMap(({ plan }) => (plan.problem === undefined ? [] : [plan]))
  return [...new Map(unseen.map((plan) => [plan.problem.message, plan])).values()].map(({ problem, seconds }) =>
    problemCheck('objects', problem, { seconds }),
  )
}

/** What is set here alone goes into the namespace with a push, so that others can start it. */
function carriedChecks({ survey: { cluster } }: PlanParts): PlanCheck[] {
  const secrets = Object.entries(cluster.secrets)
  const checks = secrets.flatMap(([key, secret]) =>
    secret.problem === undefined ? [] : [lookedAt('carried-secrets', secret, key)],
  )
  const here = secrets.flatMap(([key, { value }]) => (value === 'here' ? [key] : []))
  if (here.length === 0) return checks
  const found = `${here.join(', ')}: set on this machine alone; a push puts it into the namespace, where all who may read Secrets can read it`
  const fix = 'leave it so, or make the Secret in the namespace yourself'
  return [...checks, told('carried-secrets', warning(found, fix))]
}

/** Large files may be code; binary ones are data. */
function scanChecks({ portability }: PlanParts): PlanCheck[] {
  if (portability.problem !== undefined) return [lookedAt('code-scan', portability, '')]
  const { files, leftOut } = portability.value
  const looked = `${files} ${files === 1 ? 'file was' : 'files were'} searched for what is tied to this machine`
  const not = [
    ...(leftOut.large === 0 ? [] : [`${leftOut.large} of more than 1 MiB`]),
    ...(leftOut.unreadable === 0 ? [] : [`${leftOut.unreadable} that could not be read`]),
  ]
  if (not.length === 0) return [told('code-scan', passed(looked))]
  const were = leftOut.large + leftOut.unreadable === 1 ? 'was' : 'were'
  const found = `${looked}, and ${not.join(' and ')} ${were} not`
  return [told('code-scan', { status: 'skipped', found, fix: null })]
}

function lookedAt(id: Id, { problem, seconds }: Looked<unknown>, found: string): PlanCheck {
  return problem === undefined ? told(id, passed(found), { seconds }) : problemCheck(id, problem, { seconds })
}

const FIX = 'see `minisub target test`'

/** Nobody knows what lies behind a deadline. Conflicts are found from here, and have their fix in their words. */
function problemCheck(id: Id, problem: Problem, of: Of): PlanCheck {
  const [, cause = '', how = ''] = problem.code === 'conflict' ? (/^(.+?): (.+)$/s.exec(problem.message) ?? []) : []
  const { found, fix } = cause === '' ? findingOf(problem, FIX) : { found: cause, fix: how }
  const late = { status: 'skipped', found, fix } as const
  return told(id, problem.code === 'request_timeout' ? late : failed(found, fix ?? FIX), of)
}

type Of = { readonly seconds?: number; readonly step?: string | null }

function told(id: Id, finding: Finding, { seconds = 0, step = null }: Of = {}): PlanCheck {
  return { id, title: SURVEY_CHECKS[id], step, ...finding, seconds }
}
