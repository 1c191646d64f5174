import { Badge, Group } from '@mantine/core'
import { CircleCheck, CircleX, FileX, TriangleAlert, type LucideIcon } from 'lucide-react'
import type { PipelineRow } from '#core/contract/folders.ts'

/** Whether a pipeline could be started, with the number of what is wrong or odd. */
export function Validity({ state, faults, warnings }: Pick<PipelineRow, 'state' | 'faults' | 'warnings'>) {
  return (
    <Group gap="xs">
      {state === 'valid' && <Sign icon={CircleCheck} color="green" label="valid" />}
      {state === 'invalid' && <Sign icon={CircleX} color="red" label={counted(faults, 'fault')} />}
      {state === 'missing' && <Sign icon={FileX} color="red" label="file is missing" />}
      {warnings > 0 && <Sign icon={TriangleAlert} color="orange" label={counted(warnings, 'warning')} />}
    </Group>
  )
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

type SignProps = { readonly icon: LucideIcon; readonly color: string; readonly label: string }

function Sign({ icon: Icon, color, label }: SignProps) {
  return (
    <Badge
      variant="default"
      tt="none"
      leftSection={<Icon size={14} aria-hidden color={`var(--mantine-color-${color}-text)`} />}
    >
      {label}
    </Badge>
  )
}
