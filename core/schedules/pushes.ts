import { isDeepStrictEqual } from 'node:util'
import { Problem } from '#core/base/problem.ts'
import type { PushedVersion } from '#core/contract/pushed.ts'
import { PushRequest, type PushResult, type RemovedPush, type UndonePush } from '#core/contract/pushes.ts'
import type { ScheduleDraft, ScheduleView } from '#core/contract/schedules.ts'
import type { CheckedRequest, PipelineService, Progress, PushAddress, PushedEntry } from '#core/pipelines/index.ts'
import { parseCron } from './cron.ts'
import { checkScheduleName } from './schedule.ts'
import type { ScheduleService } from './service-types.ts'

export type PushesOptions = {
  readonly service: Pick<PipelineService, 'check' | 'push' | 'pushed' | 'undoPush' | 'removePush'>
  readonly schedules: Pick<ScheduleService, 'list' | 'preview' | 'create' | 'replace' | 'sync' | 'delete'>
}

/** Pushed pipelines with the schedules that start them. */
export type Pushes = {
  /** As `PipelineService.push`, and makes or renews a schedule where one is asked for. `pushedBy`: such as `ada@laptop`. */
  push(request: PushRequest, pushedBy: string, progress: Progress): Promise<PushResult>
  list(target: string): Promise<PushList>
  undo(address: PushAddress & { readonly from?: string | undefined }): Promise<UndonePush>
  /** Throws Problem `conflict` where schedules start it, unless `schedules` lets them go too. */
  remove(wish: RemoveWish, progress: Progress): Promise<RemovedPush>
}

/** What was pushed to a target, and pipelines of which it cannot be read. */
type PushList = {
  readonly pushed: PushedVersion[]
  readonly faults: { readonly pipeline: string; readonly message: string }[]
}

/** `schedules`: delete those that start it too; `alone`: see `ClusterPushes.remove`. */
type RemoveWish = PushAddress & { readonly schedules: boolean; readonly alone: boolean }

export function openPushes(options: PushesOptions): Pushes {
  const { service, schedules } = options
  const complete = (version: PushedEntry, target: string): PushedVersion => {
    const starting = version.isCurrent ? schedulesOf(schedules, { target, pipeline: version.pipeline }) : []
    return { ...version, schedules: starting.map(({ name }) => name) }
  }
  return {
    push: (request, pushedBy, progress) => push(request, { ...options, ...progress, pushedBy, complete }),
    async list(target) {
      const { versions, faults } = await service.pushed(target)
      return {
        pushed: versions.map((version) => complete(version, target)),
        faults: faults.map(({ pipeline, problem }) => ({ pipeline, message: problem.message })),
      }
    },
    async undo(address) {
      const { version, undone } = await service.undoPush(address)
      return { version: complete(version, address.target), undone: complete(undone, address.target) }
    },
    remove: (wish, progress) => remove(wish, options, progress),
  }
}

function schedulesOf(schedules: Pick<ScheduleService, 'list'>, { target, pipeline }: PushAddress): ScheduleView[] {
  return schedules.list().filter((it) => it.target === target && it.pipeline === pipeline)
}

type Pushing = PushesOptions &
  Progress & {
    readonly pushedBy: string
    readonly complete: (version: PushedEntry, target: string) => PushedVersion
  }

/** What is wrong with the schedule is told before anything is pushed. */
async function push(request: PushRequest, options: Pushing): Promise<PushResult> {
  const { service, schedules, pushedBy, complete } = options
  const { schedule: wish, expected, ...asked } = PushRequest.parse(request)
  const checked = await service.check(asked)
  const draft = wish === undefined ? undefined : draftOf(wish, { ...checked, target: asked.target })
  if (draft !== undefined) checkDraft(draft, checked, schedules)
  const { version, ...rest } = await service.push({ ...asked, expected }, pushedBy, options)
  const schedule = draft === undefined ? null : await ensureSchedule(draft, { ...options, isNew: rest.changed })
  return { ...rest, version: complete(version, asked.target), schedule }
}

type Draft = ScheduleDraft & { readonly name: string }
type Wish = NonNullable<PushRequest['schedule']>

function draftOf(
  { cron, timeZone, name }: Wish,
  { pipeline, ...checked }: CheckedRequest & { readonly target: string },
): Draft {
  return {
    ...checked,
    parameters: { ...checked.parameters },
    name: name ?? pipeline,
    cron,
    ...(timeZone && { timeZone }),
  }
}

/** Throws Problem `invalid_cron`, `invalid_time_zone`, `invalid_name`, or `conflict` where the name is that of another thing. */
function checkDraft(
  { name, cron, timeZone, target }: Draft,
  { pipeline }: CheckedRequest,
  schedules: Pick<ScheduleService, 'list' | 'preview'>,
): void {
  schedules.preview(cron, timeZone)
  checkScheduleName(name)
  const other = schedules.list().find((it) => it.name === name)
  if (other === undefined || (other.pipeline === pipeline && other.target === target)) return
  const what = `the schedule ${name} starts ${other.pipeline} on ${other.target}`
  throw new Problem('conflict', `${what}: name another one with --schedule-name`, { path: 'schedule.name' })
}

/** One that starts the same at the same times stays, and is told what was pushed; any other is replaced, with its options. */
async function ensureSchedule(
  draft: Draft,
  { schedules, onLine, signal, isNew }: Pushing & { readonly isNew: boolean },
): Promise<{ readonly name: string; readonly changed: boolean }> {
  const { name } = draft
  const progress = { signal, ...(onLine === undefined ? {} : { onLine }) }
  const there = schedules.list().find((it) => it.name === name)
  if (there !== undefined && isSame(there, draft, schedules)) {
    if (isNew) await schedules.sync(name, progress)
    return { name, changed: false }
  }
  if (there === undefined) await schedules.create(draft, progress)
  else {
    const { overlap, startingDeadlineSeconds } = there
    await schedules.replace(name, { ...draft, overlap, startingDeadlineSeconds }, progress)
  }
  return { name, changed: true }
}

function isSame(there: ScheduleView, draft: Draft, schedules: Pick<ScheduleService, 'preview'>): boolean {
  const { file, cron, parameters = {} } = draft
  const { timeZone } = schedules.preview(cron, draft.timeZone)
  const wanted = { file, cron: parseCron(cron).text, timeZone, parameters }
  return isDeepStrictEqual(
    { ...wanted },
    { file: there.file, cron: there.cron, timeZone: there.timeZone, parameters: there.parameters },
  )
}

async function remove(
  { schedules: withSchedules, ...address }: RemoveWish,
  { service, schedules }: PushesOptions,
  progress: Progress,
): Promise<RemovedPush> {
  const starting = schedulesOf(schedules, address)
  const names = starting.map(({ name }) => name)
  if (names.length > 0 && !withSchedules) throw stillStarted(address, names)
  const letGo = (): void => {
    for (const name of names) schedules.delete(name)
  }
  const leaving = starting.flatMap(({ cluster }) => (cluster === null ? [] : [cluster.name]))
  return { ...(await service.removePush({ ...address, leaving, letGo }, progress)), schedules: names }
}

function stillStarted({ pipeline, target }: PushAddress, names: readonly string[]): Problem {
  const which = names.length === 1 ? `the schedule ${names[0]} starts` : `the schedules ${names.join(', ')} start`
  const fix = 'remove them too with --schedules, or delete them first'
  return new Problem('conflict', `${which} ${pipeline} on ${target}: ${fix}`)
}
