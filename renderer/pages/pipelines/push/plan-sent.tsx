import { Text } from '@mantine/core'
import type { Plan } from '#core/contract/plan.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { LongText, RowsTable } from '#renderer/ui/rows-table.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { imageText } from './words.ts'

/** What would be sent, and what would be made of it in the cluster. */
export function PlanSent({ plan: { images, uploads, objects } }: { readonly plan: Plan }) {
  const missing = uploads.filter(({ missingBytes }) => missingBytes > 0)
  return (
    <>
      <Section title="Images">
        <RowsTable
          label="Images of the plan"
          minWidth={720}
          heads={['Image', 'Steps', 'What is done', 'Reference']}
          rows={images.map((image) => ({
            key: image.reference,
            cells: [
              image.what,
              image.steps.join(', '),
              imageText(image),
              <LongText key="reference">{image.reference}</LongText>,
            ],
          }))}
        />
      </Section>
      <Section title="To the bucket">
        {missing.length === 0 ? (
          <Text size="sm">All of it is there already.</Text>
        ) : (
          <RowsTable
            label="Uploads of the plan"
            heads={['What', 'Kind', 'Files', 'To send', 'Key']}
            rows={missing.map(({ key, name, kind, files, missingBytes }) => ({
              key,
              cells: [name, kind, files, bytesText(missingBytes), <LongText key="key">{key}</LongText>],
            }))}
          />
        )}
      </Section>
      <Section title="In the cluster">
        <RowsTable
          label="Objects of the plan"
          minWidth={720}
          heads={['Object', 'Name', 'What is done', 'Because']}
          rows={objects.map(({ action, kind, name, because }) => ({
            key: `${kind} ${name}`,
            cells: [kind, <LongText key="name">{name}</LongText>, action, because],
          }))}
        />
      </Section>
    </>
  )
}
