import { Anchor, Button, Code } from '@mantine/core'
import { FolderOpen } from 'lucide-react'
import { API_PREFIX } from '#core/contract/http.ts'
import { desktopBridge, showLogs } from '#renderer/data/desktop.ts'
import { useConnection } from '#renderer/data/use-live.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { folderOf } from '#renderer/ui/folder-of.ts'
import { Section } from './section.tsx'

/** What the core is, and where it keeps its data. */
export function About({ tokenFile }: { readonly tokenFile: string | undefined }) {
  const connection = useConnection()
  return (
    <Section title="About">
      <Facts label="About the core">
        <Fact name="Version of the core">
          {connection.state === 'open' ? connection.version : 'it does not answer'}
        </Fact>
        <Fact name="Data folder">{tokenFile === undefined ? '–' : <Code>{folderOf(tokenFile)}</Code>}</Fact>
        {desktopBridge() !== undefined && (
          <Fact name="This window">
            It is one of the desktop app, which keeps a log of itself and of the core.{' '}
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<FolderOpen size={14} aria-hidden />}
              onClick={() => void showLogs()}
            >
              Show the logs
            </Button>
          </Fact>
        )}
        <Fact name="Interface">
          <Anchor href={`${API_PREFIX}/openapi.json`} download="minisub-openapi.json" size="sm">
            Save it as OpenAPI 3.1 (openapi.json)
          </Anchor>
        </Fact>
      </Facts>
    </Section>
  )
}
