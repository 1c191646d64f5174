import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { PushResult } from '#core/contract/pushes.ts'
import type { RunView } from '#core/contract/run.ts'
import { useClient, type CallOptions } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useLongCall, type LongCall } from '#renderer/data/use-long-call.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import type { StartRequest } from '../use-start-form.ts'

type Done = {
  readonly pushed: PushResult
  /** The run that was started after it, or why none was; undefined where none was wanted. */
  readonly run?: RunView | { readonly failure: string }
}

export type Pushing = {
  readonly call: LongCall<Done>
  readonly push: (how: { readonly isToRun: boolean }) => void
}

/** Pushes what was planned, then starts a run of it where that is wanted, and goes to that. */
export function usePush(request: StartRequest, onDone: () => void): Pushing {
  const client = useClient()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const call = useLongCall<Done>({
    onDone: (done) => {
      notifications.show(wordsOf(done))
      onDone()
      const { run } = done
      if (run !== undefined && 'id' in run) void navigate({ to: '/runs/$run', params: { run: run.id } })
    },
    onDoneElsewhere: wordsOf,
    failedElsewhere: 'The push failed',
  })
  const { file, target, parameterTexts } = request
  const start = async (options: CallOptions) => {
    try {
      return await client.startRun(request, options)
    } catch (error) {
      if (options.signal?.aborted === true) throw error
      return { failure: problemOf(error).message }
    }
  }
  const push = ({ isToRun }: { readonly isToRun: boolean }) =>
    call.begin(async (options) => {
      const pushed = await client.push({ file, target, parameterTexts }, options)
      void queries.invalidateQueries({ queryKey: ['pushes'] })
      return isToRun ? { pushed, run: await start(options) } : { pushed }
    })
  return { call, push }
}

function wordsOf({ pushed: { version, changed, bytes, imageBytes }, run }: Done) {
  const title = `${version.template} is pushed`
  const sent = changed ? `${bytesText(bytes + imageBytes)} were sent` : 'all of it was there already'
  if (run === undefined) return { title, message: `${sent}.` }
  if ('id' in run) return { title, message: `${sent}, and run ${run.id} has begun.` }
  return { title, message: `${sent}, but no run was started: ${run.failure}`, color: 'red', autoClose: false }
}
