import { Alert, Text } from '@mantine/core'
import { CircleCheck, CircleEqual, CircleX } from 'lucide-react'
import type { ParityCertificate, ParityVerdict } from '#core/contract/parity.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { VERDICTS } from './words.ts'

const ICONS = { same: CircleCheck, same_results: CircleEqual, different: CircleX } as const satisfies Record<
  ParityVerdict,
  unknown
>

/** What came of it in a word and in sentences, and who signed it. */
export function Verdict({ certificate: { report, workbench } }: { readonly certificate: ParityCertificate }) {
  const { title, color } = VERDICTS[report.verdict]
  const Icon = ICONS[report.verdict]
  return (
    <Alert color={color} icon={<Icon size={20} aria-hidden />} title={title} role="status">
      <Text size="sm">{report.words}</Text>
      <Text size="sm" mt="xs">
        Signed by the key <code>{workbench.keyId}</code> of this workbench.{' '}
        <Copy text={workbench.publicKey} what="the public key" />
      </Text>
    </Alert>
  )
}
