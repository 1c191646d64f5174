import { Group, Loader, Text } from '@mantine/core'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import classes from './runs.module.css'

/** What follows below the rows that are there. */
export type More = {
  readonly isThere: boolean
  readonly isComing: boolean
  /** Why it did not come. */
  readonly problem: string | undefined
  readonly fetch: () => void
}

/** Stands below the last row while there is more. */
export function TableEnd({ more: { isThere, problem, fetch } }: { readonly more: More }) {
  if (problem !== undefined) {
    return <ProblemAlert title="The older runs could not be read" message={problem} onRetry={fetch} />
  }
  if (!isThere) return null
  return (
    <Group className={classes.end} gap="sm">
      <Loader size="xs" aria-hidden />
      <Text size="sm">Reading older runs …</Text>
    </Group>
  )
}
