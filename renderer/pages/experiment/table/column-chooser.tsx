import { Button, Drawer, SegmentedControl, Stack, TextInput, type ButtonProps } from '@mantine/core'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { idOf, type Column } from '../columns.ts'
import { useChange } from '../use-search.ts'
import { Chosen } from './chosen-columns.tsx'
import { Offered } from './offered-columns.tsx'

type ChooserProps = {
  /** Those that are shown. */
  readonly columns: readonly Column[]
  readonly button: Pick<ButtonProps, 'leftSection'>
}
const KINDS = [
  { value: 'metrics', label: 'Metrics' },
  { value: 'params', label: 'Parameters' },
  { value: 'tags', label: 'Tags' },
  { value: 'attributes', label: 'Of the run' },
] as const
type Kind = (typeof KINDS)[number]['value']

/** Which columns the table has, and in which order. */
export function ColumnChooser({ columns, button }: ChooserProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button size="xs" variant="default" {...button} onClick={() => setOpen(true)}>
        Columns
      </Button>
      <Drawer opened={isOpen} onClose={() => setOpen(false)} title="Columns" position="right" size="md">
        <Chooser columns={columns} />
      </Drawer>
    </>
  )
}

function Chooser({ columns }: Pick<ChooserProps, 'columns'>) {
  const change = useChange()
  const [kind, setKind] = useState<Kind>('metrics')
  const [text, setText] = useState('')
  const set = (wanted: readonly Column[]) => change({ cols: wanted.map(idOf) })
  return (
    <Stack>
      <Chosen columns={columns} onChange={set} onReset={() => change({ cols: undefined })} />
      <SegmentedControl
        aria-label="Kind of columns"
        fullWidth
        size="xs"
        data={[...KINDS]}
        value={kind}
        onChange={(value) => setKind(KINDS.find((it) => it.value === value)?.value ?? 'metrics')}
      />
      <TextInput
        type="search"
        aria-label="Search the columns"
        placeholder="Search"
        leftSection={<Search size={16} aria-hidden />}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Offered kind={kind} text={text} columns={columns} onChange={set} />
    </Stack>
  )
}
