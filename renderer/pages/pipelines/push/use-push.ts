import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { PushResult } from '#core/contract/pushes.ts'
import type { RunView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useLongCall, type LongCall } from '#renderer/data/use-long-call.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import type { StartRequest } from '../use-start-form.ts'

type Done = {
  readonly pushed: PushResult
  readonly run: RunView | undefined
  /** Why no run has begun although one was wanted. */
  readonly fault?: string
}

type How = {
  readonly isToRun: boolean
  /** Name of the template that was planned; null where that was not known. */
  readonly expected: string | null
}

export type Pushing = {
  readonly call: LongCall<Done>
  readonly push: (how: How) => void
}

/** Pushes what was planned, then starts a run of it where that is wanted, and goes to that. */
export function usePush(request: StartRequest, onDone: () => void): Pushing {
  const client = useClient()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const call = useLongCall<Done>({
    onDone: (done) => {
      void queries.invalidateQueries({ queryKey: ['pushes'] })
      notifications.show(wordsOf(done))
      onDone()
      if (done.run !== undefined) void navigate({ to: '/runs/$run', params: { run: done.run.id } })
    },
    onDoneElsewhere: wordsOf,
    failedElsewhere: 'The push failed',
  })
  const { file, target, parameterTexts } = request
  const push = ({ isToRun, expected }: How) =>
    call.begin(async (options) => {
      const planned = expected === null ? {} : { expected }
      const pushed = await client.push({ file, target, parameterTexts, ...planned }, options)
      if (!isToRun) return { pushed, run: undefined }
      try {
        return { pushed, run: await client.startRun(request, options) }
      } catch (error) {
        if (options.signal?.aborted === true) throw error
        return { pushed, run: undefined, fault: problemOf(error).message }
      }
    })
  return { call, push }
}

function wordsOf({ pushed: { version, changed, bytes, imageBytes }, run, fault }: Done): Words {
  const sent = changed ? `${bytesText(bytes + imageBytes)} were sent` : 'all of it was there already'
  const then = run === undefined ? '' : `, and run ${run.id} has begun`
  const title = `${version.template} is pushed`
  if (fault === undefined) return { title, message: `${sent}${then}.` }
  return { title, message: `${sent}, but no run has begun: ${fault}`, color: 'red', autoClose: false }
}

type Words = {
  readonly title: string
  readonly message: string
  readonly color?: string
  /** It stays until it is closed. */
  readonly autoClose?: false
}
