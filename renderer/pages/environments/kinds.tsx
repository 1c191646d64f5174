import { Badge, Text } from '@mantine/core'
import { Container, FolderClosed } from 'lucide-react'
import type { EnvironmentView } from '#core/contract/run.ts'

type Kind = EnvironmentView['kind']

const KINDS = {
  python: { word: 'folder', icon: FolderClosed },
  image: { word: 'image', icon: Container },
} as const

/** What is kept of an environment, as one word. */
export function kindWord(kind: Kind): string {
  return KINDS[kind].word
}

/** A digest may be kept as a folder and as an image. */
export function keyOf({ kind, digest, platform }: EnvironmentView): string {
  return [kind, digest, platform].join(' ')
}

/** What is kept of an environment, by word and icon. */
function KindBadge({ kind }: { readonly kind: Kind }) {
  const { word, icon: Icon } = KINDS[kind]
  return (
    <Badge variant="default" tt="none" miw="max-content" leftSection={<Icon size={14} aria-hidden />}>
      {word}
    </Badge>
  )
}

/** What is kept of an environment; of an image its name and platform. */
export function KeptAs({ environment: { kind, image, platform } }: { readonly environment: EnvironmentView }) {
  return (
    <>
      <KindBadge kind={kind} />
      {image !== null && (
        <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {image}
        </Text>
      )}
      {platform !== null && <Text size="xs">{platform}</Text>}
    </>
  )
}
