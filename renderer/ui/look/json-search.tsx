import { ActionIcon, Group, Text, TextInput } from '@mantine/core'
import { ChevronDown, ChevronUp, Search } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { findInJson } from './json-rows.ts'
import type { Tree } from './read-json.ts'

type SearchProps = {
  readonly value: Tree
  /** The pointer of the match that is shown. */
  readonly current: string | undefined
  /** Called with the match to show and what must be open for it; with undefined when there is none. */
  readonly onHit: (pointer: string | undefined, toOpen: ReadonlySet<string>) => void
}

/** Finds names and values in JSON. Enter goes to the next, Shift and Enter to the one before. */
export function JsonSearch({ value, current, onHit }: SearchProps) {
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text)
  const { hits, open } = useMemo(() => findInJson(value, wanted), [value, wanted])
  const step = (direction: 1 | -1) => {
    const at = current === undefined ? -1 : hits.indexOf(current)
    const first = direction === 1 ? hits[0] : hits.at(-1)
    onHit(at < 0 ? first : hits[(at + direction + hits.length) % hits.length], open)
  }
  return (
    <Group gap={4}>
      <TextInput
        aria-label="Search names and values"
        placeholder="Search names and values"
        size="xs"
        leftSection={<Search size={14} aria-hidden />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          onHit(undefined, open)
        }}
        onKeyDown={(event) => event.key === 'Enter' && step(event.shiftKey ? -1 : 1)}
      />
      <ActionIcon variant="default" aria-label="Previous match" disabled={hits.length === 0} onClick={() => step(-1)}>
        <ChevronUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" aria-label="Next match" disabled={hits.length === 0} onClick={() => step(1)}>
        <ChevronDown size={16} aria-hidden />
      </ActionIcon>
      <Text size="sm" role="status">
        {wanted === '' ? '' : `${hits.length.toLocaleString()} found`}
      </Text>
    </Group>
  )
}
