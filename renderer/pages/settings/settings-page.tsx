import { useQuery } from '@tanstack/react-query'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { About } from './about.tsx'
import { Appearance } from './appearance.tsx'
import { Conformance } from './conformance.tsx'
import { Desktop } from './desktop.tsx'
import { Engine } from './engine.tsx'
import { FolderToken } from './folder-token.tsx'
import { Secrets } from './secrets.tsx'
import { Sessions } from './sessions.tsx'
import { Targets } from './targets.tsx'
import { Tokens } from './tokens.tsx'

/** How the page looks in this browser, targets, the engine and its images, secrets, conformance, the app, who may talk to the core, and what the core is. */
export function SettingsPage() {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.access(client))
  return (
    <Page title="Settings">
      <Appearance />
      <Targets />
      <Engine />
      <Secrets />
      <Conformance />
      <Desktop />
      {error !== null && (
        <ProblemAlert
          title="Who may talk to the core is not shown"
          message={error.message}
          onRetry={() => void refetch()}
        />
      )}
      {error === null && data === undefined && <Waiting what="who may talk to the core" />}
      {data !== undefined && (
        <>
          <Sessions sessions={data.sessions} />
          <Tokens tokens={data.tokens} />
          <FolderToken folderToken={data.folderToken} />
        </>
      )}
      <About tokenFile={data?.folderToken.file} />
    </Page>
  )
}
