import { Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import type { TrackedColumns } from '#core/contract/tracking.ts'
import { runsText } from '../actions.ts'
import { ATTRIBUTES, FOLDS, idOf, titleOf, type Column } from '../columns.ts'
import { useKnownColumns } from '../use-columns.ts'
import type { ChosenProps } from './chosen-columns.tsx'

/** So many names are listed; a search finds the others. */
const MOST = 200
type Kind = Column['kind']

type OfferedProps = Omit<ChosenProps, 'onReset'> & { readonly kind: Kind; readonly text: string }

/** The columns of a kind that have a text in their name, with the folds of metrics. */
export function Offered({ kind, text, columns, onChange }: OfferedProps) {
  const known = useKnownColumns()
  const chosen = new Set(columns.map(idOf))
  const names = namesOf(kind, known).filter(({ key }) => key.toLowerCase().includes(text.toLowerCase()))
  const toggle = (column: Column) =>
    onChange(chosen.has(idOf(column)) ? columns.filter((it) => idOf(it) !== idOf(column)) : [...columns, column])
  return (
    <Stack gap={4} component="section" aria-label="Columns to choose from">
      {names.slice(0, MOST).map(({ key, runs }) => (
        <Group key={key} gap="xs" wrap="nowrap" justify="space-between">
          <Checkbox
            size="xs"
            label={titleOf({ kind, key })}
            checked={chosen.has(idOf({ kind, key }))}
            onChange={() => toggle({ kind, key })}
          />
          <Group gap={4} wrap="nowrap">
            {kind === 'metrics' &&
              FOLDS.map((fold) => {
                const column: Column = { kind, key: `${key}@${fold}` }
                return fold === 'last' ? null : (
                  <Button
                    key={fold}
                    size="compact-xs"
                    variant={chosen.has(idOf(column)) ? 'filled' : 'default'}
                    aria-pressed={chosen.has(idOf(column))}
                    aria-label={`${key}: ${fold} of its values`}
                    onClick={() => toggle(column)}
                  >
                    {fold}
                  </Button>
                )
              })}
            <Text size="xs" c="dimmed" miw={64} ta="right">
              {runs !== undefined && runsText(runs)}
            </Text>
          </Group>
        </Group>
      ))}
      {names.length === 0 && <Text size="sm">Nothing has this name.</Text>}
      {names.length > MOST && <Text size="sm">{names.length - MOST} more: search for them.</Text>}
    </Stack>
  )
}

function namesOf(kind: Kind, known: TrackedColumns): readonly { readonly key: string; readonly runs?: number }[] {
  if (kind !== 'attributes') return known[kind]
  return Object.keys(ATTRIBUTES)
    .filter((key) => key !== 'run_name')
    .map((key) => ({ key }))
}
