import { Group } from '@mantine/core'
import { TextLink } from '#renderer/ui/link.tsx'

/** The pipelines that used an environment, each with its runs. */
export function Users({ users }: { readonly users: readonly string[] }) {
  if (users.length === 0) return <>none yet</>
  return (
    <Group gap="xs">
      {users.map((pipeline) => (
        <TextLink key={pipeline} to="/runs" search={{ pipeline }} size="sm">
          {pipeline}
        </TextLink>
      ))}
    </Group>
  )
}
