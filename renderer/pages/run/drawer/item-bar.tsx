import { ActionIcon, Group, Text } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useStepProgress } from '#renderer/data/use-run.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { useRun } from '../run-context.ts'
import { NOTHING_OPEN, useChangeSearch } from '../run-search.ts'
import { useStepDetail } from './use-step-detail.ts'

/** Which item of a fan-out is shown, and the ways to the others. */
export function ItemBar({ step, item }: { readonly step: string; readonly item: number }) {
  const { live } = useRun()
  const change = useChangeSearch()
  const total = useStepProgress(live, step)?.total ?? null
  const { data } = useStepDetail(step, item)
  const go = (index: number) => change({ ...NOTHING_OPEN, item: index })
  return (
    <Group gap="xs" mb="xs">
      <TextLink
        from="/runs/$run"
        search={(old) => ({ ...old, ...NOTHING_OPEN, tab: 'items' as const })}
        resetScroll={false}
        size="sm"
      >
        All items
      </TextLink>
      <ActionIcon
        variant="default"
        size="sm"
        aria-label="Item before"
        disabled={item <= 0}
        onClick={() => go(item - 1)}
      >
        <ChevronLeft size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="sm"
        aria-label="Next item"
        disabled={total === null || item >= total - 1}
        onClick={() => go(item + 1)}
      >
        <ChevronRight size={14} aria-hidden />
      </ActionIcon>
      <Text size="sm">
        Item {item}
        {total === null || total === 0 ? '' : ` of 0 to ${total - 1}`}:{' '}
        <code>{data === undefined ? '…' : JSON.stringify(data.view.item?.values ?? {})}</code>
      </Text>
    </Group>
  )
}
