import { Button, Group, Table, Text } from '@mantine/core'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ExperimentView } from '#core/contract/tracking.ts'
import { runsText, useTrash } from '../actions.ts'
import { RenameExperiment } from '../rename-experiment.tsx'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Time } from '#renderer/ui/time.tsx'

/** An experiment as a row, with what can be done with it. */
export function ExperimentRow({ experiment }: { readonly experiment: ExperimentView }) {
  const { id, name, runs, lastRunAt, createdAt } = experiment
  const { deleteExperiment } = useTrash()
  const [isRenaming, setRenaming] = useState(false)
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
        <TextLink to="/experiments/$experiment" params={{ experiment: id }} search={{}} size="sm">
          {name}
        </TextLink>
        {experiment.tags['mlflow.note.content'] !== undefined && (
          <Text size="xs" c="dimmed" lineClamp={1}>
            {experiment.tags['mlflow.note.content']}
          </Text>
        )}
      </Table.Th>
      <Table.Td ta="right">{runs.toLocaleString()}</Table.Td>
      <Table.Td>
        <Time iso={lastRunAt} empty="never" />
      </Table.Td>
      <Table.Td>
        <Time iso={createdAt} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button
            size="xs"
            variant="default"
            leftSection={<Pencil size={14} aria-hidden />}
            aria-label={`Rename ${name}`}
            onClick={() => setRenaming(true)}
          >
            Rename
          </Button>
          <Confirm
            label="Delete"
            name={`Delete ${name}`}
            button={{ leftSection: <Trash2 size={14} aria-hidden /> }}
            title={`Delete the experiment ${name}?`}
            confirmLabel="Delete experiment"
            onConfirm={async () => deleteExperiment(experiment)}
          >
            It goes to the trash with {runsText(runs)}, from which it can be restored.
          </Confirm>
        </Group>
        <RenameExperiment experiment={experiment} isOpen={isRenaming} onClose={() => setRenaming(false)} />
      </Table.Td>
    </Table.Tr>
  )
}
