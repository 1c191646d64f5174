import { Combobox, Text, TextInput, useCombobox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ListFilter } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { completed, completionOf, type Completion, type Suggestion } from './filter-completion.ts'
import { useKnownColumns } from './use-columns.ts'

type FieldProps = {
  /** Of the address, which the field follows. */
  readonly filter: string
  readonly problem: string | undefined
  readonly onFilter: (filter: string) => void
}

const NONE: Completion = { from: 0, to: 0, suggestions: [] }

/** The text of the field, what may follow in it, and how it is applied. */
function useField({ filter, onFilter }: FieldProps) {
  const client = useClient()
  const columns = useKnownColumns()
  const { data: help } = useQuery(experimentQueries.filterHelp(client))
  const [text, setText] = useState(filter)
  const [followed, setFollowed] = useState(filter)
  if (followed !== filter) {
    setFollowed(filter)
    setText(filter)
  }
  const [caret, setCaret] = useState(0)
  const combobox = useCombobox()
  // Names may come after somebody has begun to type.
  const completion = useMemo(
    () => (help === undefined ? NONE : completionOf(text, Math.min(caret, text.length), { help, columns })),
    [help, columns, text, caret],
  )
  const isNothing = completion.suggestions.length === 0
  const { closeDropdown } = combobox
  useEffect(() => {
    if (isNothing) closeDropdown()
  }, [isNothing, closeDropdown])
  const suggest = (value: string, at: number) => {
    setText(value)
    setCaret(at)
    combobox.resetSelectedOption()
    combobox.openDropdown()
  }
  const apply = () => {
    combobox.closeDropdown()
    if (text.trim() !== filter) onFilter(text.trim())
  }
  return { text, completion, combobox, suggest, apply }
}

/** A filter with completion: Enter applies it, or takes the suggestion that the arrow keys chose. */
export function FilterField(props: FieldProps) {
  const { text, completion, combobox, suggest, apply } = useField(props)
  const input = useRef<HTMLInputElement>(null)
  const take = (suggestion: Suggestion) => {
    const next = completed(text, completion, suggestion)
    suggest(next.filter, next.caret)
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const isChosen = combobox.dropdownOpened && combobox.getSelectedOptionIndex() >= 0
    if (event.key === 'Escape') combobox.closeDropdown()
    if (event.key !== 'Enter' || isChosen) return
    event.preventDefault()
    apply()
  }
  const look = ({ currentTarget: { value, selectionStart } }: { readonly currentTarget: HTMLInputElement }) =>
    suggest(value, selectionStart ?? value.length)
  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(value) => {
        const suggestion = completion.suggestions.find((it) => it.text === value)
        if (suggestion !== undefined) take(suggestion)
      }}
    >
      <Combobox.Target>
        <TextInput
          ref={input}
          flex={1}
          aria-label="Filter of the runs"
          placeholder="metrics.loss@min < 0.3 AND params.depth = '4'"
          leftSection={<ListFilter size={16} aria-hidden />}
          spellCheck={false}
          autoComplete="off"
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={text}
          error={props.problem}
          onChange={look}
          onClick={look}
          onBlur={apply}
          onKeyDown={onKeyDown}
        />
      </Combobox.Target>
      <Suggestions completion={completion} />
    </Combobox>
  )
}

function Suggestions({ completion }: { readonly completion: Completion }) {
  return (
    <Combobox.Dropdown hidden={completion.suggestions.length === 0}>
      <Combobox.Options aria-label="Suggestions">
        {completion.suggestions.map(({ text: value, hint }, at) => (
          // The place stays: the field names the option that is active by its id.
          // oxlint-disable-next-line react/no-array-index-key
          <Combobox.Option key={at} value={value} style={{ display: 'flex', gap: 12 }}>
            <Text span size="sm" ff="monospace" flex={1}>
              {value}
            </Text>
            <Text span size="xs" c="dimmed">
              {hint}
            </Text>
          </Combobox.Option>
        ))}
      </Combobox.Options>
    </Combobox.Dropdown>
  )
}
