import type { Moved } from '#core/contract/events.ts'
import { TextLink } from '#renderer/ui/link.tsx'

type MovedProps = {
  readonly moved: Moved
  /** What is shown of the id; all of it where absent. */
  readonly text?: string
}

/** The other run of one that was moved, and where that is. */
export function MovedLink({ moved: { run, target }, text = run }: MovedProps) {
  return (
    <>
      <TextLink inherit underline="always" to="/runs/$run" params={{ run }}>
        {text}
      </TextLink>{' '}
      on {target}
    </>
  )
}
