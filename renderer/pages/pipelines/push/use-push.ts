import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
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

type How = {
  readonly isToRun: boolean
  /** Name of the template that was planned; null where that was not known. */
  readonly expected: string | null
}

export type Pushing = {
  readonly call: LongCall<Done>
  readonly push: (request: StartRequest, how: How) => void
}

/** Pushes what was planned, then starts a run of it where that is wanted. `onDone` is told of the run. */
export function usePush(onDone: (run: string | undefined) => void): Pushing {
  const client = useClient()
  const queries = useQueryClient()
  const call = useLongCall<Done>({
    onDone: (done) => {
      notifications.show(wordsOf(done))
      const { run } = done
      onDone(run !== undefined && 'id' in run ? run.id : undefined)
    },
    onDoneElsewhere: wordsOf,
    failedElsewhere: 'The push failed',
  })
  const start = async (request: StartRequest, options: CallOptions) => {
    try {
      return await client.startRun(request, options)
    } catch (error) {
      if (options.signal?.aborted === true) throw error
      return { failure: problemOf(error).message }
    }
  }
  const push = (request: StartRequest, { isToRun, expected }: How) =>
    call.begin(async (options) => {
      const { file, target, parameterTexts } = request
      const planned = expected === null ? {} : { expected }
      const pushed = await client.push({ file, target, parameterTexts, ...planned }, options)
      void queries.invalidateQueries({ queryKey: ['pushes'] })
      return isToRun ? { pushed, run: await start(request, options) } : { pushed }
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
