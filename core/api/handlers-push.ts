import type { pushRoutes } from '#core/contract/routes-push.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { openPushes, type ScheduleService } from '#core/schedules/index.ts'
import type { Access } from '#core/teams/index.ts'
import { absolute } from './absolute.ts'
import type { Handlers } from './handler.ts'
import { pushedBy } from './pushed-by.ts'

type Options = {
  readonly service: PipelineService
  readonly schedules: ScheduleService
  readonly access: Pick<Access, 'tokens'>
}

/** Handlers of what was pushed to clusters. */
export function pushHandlers({ service, schedules, access }: Options): Pick<Handlers, keyof typeof pushRoutes> {
  const pushes = openPushes({ service, schedules })
  return {
    push: ({ schedule, expected, ...request }, { caller, onLine, signal }) => {
      absolute(request.file)
      const timed = schedule === undefined ? {} : { schedule }
      const planned = expected === undefined ? {} : { expected }
      return pushes.push({ ...request, ...timed, ...planned }, pushedBy(caller, access), { onLine, signal })
    },
    listPushes: ({ target }) => pushes.list(target),
    undoPush: (address) => pushes.undo(address),
    removePush: (wish, { onLine, signal }) => pushes.remove(wish, { onLine, signal }),
  }
}
