import { ActionIcon, Group, Text, TextInput, Tooltip } from '@mantine/core'
import { CaseSensitive, ChevronDown, ChevronUp, Regex, Search } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { placeOf } from './line-store.ts'
import type { Query } from './search.ts'
import type { Found } from './use-search.ts'

type SearchProps = {
  readonly query: Query
  readonly onQuery: (query: Query) => void
  readonly fault: string | undefined
  readonly found: Found
  readonly onStep: (direction: 1 | -1) => void
}

/** The field that searches a log. Enter goes on to the next line that matches, Shift and Enter to the one before. */
export function LogSearch({ query, onQuery, fault, found, onStep }: SearchProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault()
      onStep(event.shiftKey ? -1 : 1)
    }
    // Escape first empties the field; the drawer closes with the next.
    if (event.key === 'Escape' && query.text !== '') {
      onQuery({ ...query, text: '' })
    }
  }
  const hasMatches = found.matches.length > 0
  return (
    <Group gap={4}>
      <TextInput
        type="text"
        role="searchbox"
        aria-label="Search the log"
        placeholder="Search the log"
        size="xs"
        w={200}
        leftSection={<Search size={14} aria-hidden />}
        value={query.text}
        error={fault !== undefined}
        onChange={(event) => onQuery({ ...query, text: event.currentTarget.value })}
        onKeyDown={onKeyDown}
        data-mantine-stop-propagation={query.text !== ''}
      />
      <Toggle
        label="Match upper and lower case"
        isOn={query.isCaseSensitive}
        onChange={(isCaseSensitive) => onQuery({ ...query, isCaseSensitive })}
      >
        <CaseSensitive size={16} aria-hidden />
      </Toggle>
      <Toggle label="Regular expression" isOn={query.isRegex} onChange={(isRegex) => onQuery({ ...query, isRegex })}>
        <Regex size={16} aria-hidden />
      </Toggle>
      <ActionIcon variant="default" aria-label="Previous match" disabled={!hasMatches} onClick={() => onStep(-1)}>
        <ChevronUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" aria-label="Next match" disabled={!hasMatches} onClick={() => onStep(1)}>
        <ChevronDown size={16} aria-hidden />
      </ActionIcon>
      <Text size="sm" role="status" style={{ fontVariantNumeric: 'tabular-nums' }}>
        {query.text === '' ? '' : (fault ?? countText(found))}
      </Text>
    </Group>
  )
}

function countText({ matches, isDone, isTooSlow, skipped, current }: Found): string {
  if (isTooSlow) return 'Given up: it takes too long'
  const count = matches.length.toLocaleString()
  if (!isDone) return `${count} …`
  const rest = skipped === 0 ? '' : `, ${skipped.toLocaleString()} too long to search for this`
  if (matches.length === 0) return `no line${rest}`
  const at = current === undefined ? '' : `${(placeOf(matches, current) + 1).toLocaleString()} of `
  return `${at}${count} ${matches.length === 1 ? 'line' : 'lines'}${rest}`
}

type ToggleProps = {
  readonly label: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly children: ReactNode
}

function Toggle({ label, isOn, onChange, children }: ToggleProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={isOn ? 'filled' : 'default'}
        aria-label={label}
        aria-pressed={isOn}
        onClick={() => onChange(!isOn)}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}
