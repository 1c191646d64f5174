import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { PushResult } from '#core/contract/pushes.ts'
import type { RunView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { useLongCall, type LongCall } from '#renderer/data/use-long-call.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import type { StartRequest } from '../use-start-form.ts'

type Done = { readonly pushed: PushResult; readonly run: RunView | undefined }

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
      void queries.invalidateQueries({ queryKey: ['pushes'] })
      notifications.show(wordsOf(done))
      onDone()
      if (done.run !== undefined) void navigate({ to: '/runs/$run', params: { run: done.run.id } })
    },
    onDoneElsewhere: wordsOf,
    failedElsewhere: 'The push failed',
  })
  const { file, target, parameterTexts } = request
  const push = ({ isToRun }: { readonly isToRun: boolean }) =>
    call.begin(async (options) => {
      const pushed = await client.push({ file, target, parameterTexts }, options)
      return { pushed, run: isToRun ? await client.startRun(request, options) : undefined }
    })
  return { call, push }
}

function wordsOf({ pushed: { version, changed, bytes, imageBytes }, run }: Done): {
  readonly title: string
  readonly message: string
} {
  const sent = changed ? `${bytesText(bytes + imageBytes)} were sent` : 'all of it was there already'
  const then = run === undefined ? '' : `, and run ${run.id} has begun`
  return { title: `${version.template} is pushed`, message: `${sent}${then}.` }
}
