import { Code, Group, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import type { AccessView } from '#core/contract/access.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Section } from './section.tsx'

/** The token in the data folder, which the command line uses. */
export function FolderToken({ folderToken }: Pick<AccessView, 'folderToken'>) {
  const client = useClient()
  const cache = useQueryClient()
  const renew = async () => {
    cache.setQueryData(queries.access(client).queryKey, await client.renewFolderToken())
  }
  return (
    <Section title="Token of the data folder" about="The command line of this machine reads it from its file.">
      <Facts label="Token of the data folder">
        <Fact name="File">
          <Code>{folderToken.file}</Code>
        </Fact>
        <Fact name="The same since">
          <Time iso={folderToken.createdAt} />
        </Fact>
      </Facts>
      <Group>
        <Confirm
          label="Renew"
          name="Renew the token of the data folder"
          button={{ leftSection: <RefreshCw size={14} aria-hidden /> }}
          title="Renew the token of the data folder?"
          confirmLabel="Renew token"
          onConfirm={renew}
        >
          <Text size="sm" mb="xs">
            Whatever was given the old token is refused at once: scripts and programs that keep a copy, and commands
            that run now, such as <code>minisub run</code> in a terminal. Runs themselves go on.
          </Text>
          <Text size="sm">
            New commands read the new token from the file by themselves. Browsers with a session and tokens of programs
            are not concerned.
          </Text>
        </Confirm>
      </Group>
    </Section>
  )
}
