import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ListFilter } from 'lucide-react'
import { useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { flushSync } from 'react-dom'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { completed, completionOf, type Completion, type Suggestion } from './filter-completion.ts'
import { Suggestions } from './filter-suggestions.tsx'
import classes from './filter.module.css'
import { useKnownColumns } from './use-columns.ts'

type FieldProps = {
  /** Of the address, which the field follows. */
  readonly filter: string
  readonly problem: string | undefined
  readonly onFilter: (filter: string) => void
}

const NONE: Completion = { from: 0, to: 0, suggestions: [] }
/** No suggestion is chosen. */
const OUTSIDE = -1

/** What may follow in a filter at the caret; names may come after somebody has begun to type. */
function useCompletion(text: string, caret: number): Completion {
  const client = useClient()
  const columns = useKnownColumns()
  const { data: help } = useQuery(experimentQueries.filterHelp(client))
  return useMemo(
    () => (help === undefined ? NONE : completionOf(text, Math.min(caret, text.length), { help, columns })),
    [help, columns, text, caret],
  )
}

/** The text of the field, the suggestion that is chosen, and how the text is applied. */
function useField({ filter, onFilter }: FieldProps) {
  const [text, setText] = useState(filter)
  const [followed, setFollowed] = useState(filter)
  if (followed !== filter) {
    setFollowed(filter)
    setText(filter)
  }
  const [caret, setCaret] = useState(0)
  const [isWanted, setWanted] = useState(false)
  const [chosen, setChosen] = useState(OUTSIDE)
  const completion = useCompletion(text, caret)
  const count = completion.suggestions.length
  const isOpen = isWanted && count > 0
  const suggest = (value: string, at: number) => {
    setText(value)
    setCaret(at)
    setChosen(OUTSIDE)
    setWanted(true)
  }
  /** On from the text to the first suggestion, and from the last one back to the text. */
  const choose = (by: number) => {
    setWanted(true)
    setChosen(isOpen ? ((chosen + 1 + by + count + 1) % (count + 1)) - 1 : by > 0 ? 0 : count - 1)
  }
  const close = () => {
    setWanted(false)
    setChosen(OUTSIDE)
  }
  const apply = () => {
    close()
    if (text.trim() !== filter) onFilter(text.trim())
  }
  return { text, completion, isOpen, chosen, setCaret, suggest, choose, close, apply }
}

/** A filter with completion: Enter applies it, or takes the suggestion that the arrow keys chose. */
export function FilterField(props: FieldProps) {
  const { text, completion, isOpen, chosen, setCaret, suggest, choose, close, apply } = useField(props)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  const take = (suggestion: Suggestion) => {
    const next = completed(text, completion, suggestion)
    // The caret can be placed only in the text that is there.
    flushSync(() => suggest(next.filter, next.caret))
    input.current?.setSelectionRange(next.caret, next.caret)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const suggestion = isOpen ? completion.suggestions[chosen] : undefined
    if (event.key === 'ArrowDown') choose(1)
    else if (event.key === 'ArrowUp') choose(-1)
    else if (event.key === 'Enter' && suggestion !== undefined) take(suggestion)
    else if (event.key === 'Enter') apply()
    else if (event.key === 'Escape' && isOpen) close()
    else return
    event.preventDefault()
  }
  const look = ({ currentTarget: { value, selectionStart } }: { readonly currentTarget: HTMLInputElement }) =>
    suggest(value, selectionStart ?? value.length)
  return (
    <div className={classes.field}>
      <TextInput
        ref={input}
        role="combobox"
        aria-label="Filter of the runs"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={isOpen ? list : undefined}
        aria-activedescendant={isOpen && chosen !== OUTSIDE ? `${list}-${chosen}` : undefined}
        placeholder="metrics.loss@min < 0.3 AND params.depth = '4'"
        leftSection={<ListFilter size={16} aria-hidden />}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={text}
        error={props.problem}
        onChange={look}
        onClick={look}
        onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? text.length)}
        onBlur={apply}
        onKeyDown={onKeyDown}
      />
      {isOpen && <Suggestions id={list} suggestions={completion.suggestions} chosen={chosen} onTake={take} />}
    </div>
  )
}
