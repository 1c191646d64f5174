import { Alert, Button, Group, Text } from '@mantine/core'
import { useTimeout } from '@mantine/hooks'
import { PlugZap } from 'lucide-react'
import { useState } from 'react'
import type { Problem } from '#core/base/problem.ts'
import { desktopBridge, showLogs, signInAgain } from '#renderer/data/desktop.ts'
import { useConnection } from '#renderer/data/use-live.ts'

/** A shorter absence is not worth a word. */
const PATIENCE_MS = 1_500

/** Says when the core is not heard, or is another version than the page is of. */
export function ConnectionBanner() {
  const connection = useConnection()
  const [firstVersion, setFirstVersion] = useState<string>()
  if (connection.state === 'open' && firstVersion === undefined) setFirstVersion(connection.version)
  if (connection.state === 'connecting') return <Absence />
  if (connection.state === 'refused') return <Refusal problem={connection.problem} />
  if (firstVersion === undefined || connection.version === firstVersion) return null
  return (
    <Banner title={`The core is now version ${connection.version}`} button={RELOAD}>
      Load the page again to have the page of that version.
    </Banner>
  )
}

function Absence() {
  const [isLong, setLong] = useState(false)
  useTimeout(() => setLong(true), PATIENCE_MS, { autoInvoke: true })
  if (!isLong) return null
  if (desktopBridge() !== undefined) {
    return (
      <Banner title="The core does not answer" button={{ label: 'Show the logs', onClick: showLogs }}>
        What you see may be old. The app starts the core again, and the page goes on by itself then; should it not come
        back, the logs say why.
      </Banner>
    )
  }
  return (
    <Banner title="The core does not answer">
      What you see may be old. The page goes on by itself when the core is back; <code>minisub open</code> starts it.
    </Banner>
  )
}

function Refusal({ problem }: { readonly problem: Problem }) {
  if (problem.code !== 'unauthorized') {
    return (
      <Banner title="What you see may be old" button={RELOAD}>
        {problem.message}
      </Banner>
    )
  }
  if (desktopBridge() !== undefined) {
    return (
      <Banner
        title="This window may no longer talk to the core"
        button={{ label: 'Sign in again', onClick: signInAgain }}
      >
        Its session is over or was revoked: the app can begin another.
      </Banner>
    )
  }
  return (
    <Banner title="This browser may no longer talk to the core" button={RELOAD}>
      Its session is over or was revoked: run <code>minisub open</code> on the machine of the core to come in again.
    </Banner>
  )
}

type BannerProps = {
  readonly title: string
  readonly button?: { readonly label: string; readonly onClick: () => Promise<void> | void }
  readonly children: React.ReactNode
}

const RELOAD = { label: 'Load again', onClick: () => window.location.reload() }

function Banner({ title, button, children }: BannerProps) {
  return (
    <Alert color="orange" role="status" icon={<PlugZap size={18} aria-hidden />} title={title} mb="md">
      <Group justify="space-between">
        <Text size="sm">{children}</Text>
        {button !== undefined && (
          <Button size="xs" variant="default" onClick={() => void button.onClick()}>
            {button.label}
          </Button>
        )}
      </Group>
    </Alert>
  )
}
