import { Alert, Button, Group, Text } from '@mantine/core'
import { PlugZap } from 'lucide-react'
import { useState } from 'react'
import { useConnection } from '#renderer/data/use-live.ts'
import { useNow } from '#renderer/ui/time.tsx'

/** A shorter absence is not worth a word. */
const PATIENCE_MS = 1_500

/** Says when the core is not heard, or is another version than the page is of. */
export function ConnectionBanner() {
  const connection = useConnection()
  const now = useNow(connection.state === 'connecting' ? 500 : undefined)
  const [firstVersion, setFirstVersion] = useState<string>()
  if (connection.state === 'open' && firstVersion === undefined) setFirstVersion(connection.version)
  if (connection.state === 'connecting') {
    if (now - connection.since < PATIENCE_MS) return null
    return (
      <Banner title="The core does not answer">
        What you see may be old. The page goes on by itself when the core is back; <code>minisub open</code> starts it.
      </Banner>
    )
  }
  if (connection.state === 'refused') {
    return (
      <Banner title="This browser may no longer talk to the core" isReload>
        {connection.problem.message}
      </Banner>
    )
  }
  if (firstVersion === undefined || connection.version === firstVersion) return null
  return (
    <Banner title={`The core is now version ${connection.version}`} isReload>
      Load the page again to have the page of that version.
    </Banner>
  )
}

type BannerProps = { readonly title: string; readonly isReload?: boolean; readonly children: React.ReactNode }

function Banner({ title, isReload = false, children }: BannerProps) {
  return (
    <Alert color="orange" role="status" icon={<PlugZap size={18} aria-hidden />} title={title} mb="md">
      <Group justify="space-between">
        <Text size="sm">{children}</Text>
        {isReload && (
          <Button size="xs" variant="default" onClick={() => window.location.reload()}>
            Load again
          </Button>
        )}
      </Group>
    </Alert>
  )
}
