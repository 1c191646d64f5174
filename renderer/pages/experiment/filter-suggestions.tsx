import type { Suggestion } from './filter-completion.ts'
import classes from './filter.module.css'

type SuggestionsProps = {
  /** Of the list; that of an option has its place after a dash. */
  readonly id: string
  readonly suggestions: readonly Suggestion[]
  /** The place of the one that the arrow keys chose. */
  readonly chosen: number
  readonly onTake: (suggestion: Suggestion) => void
}

/** What may follow in a filter, below its field, which keeps the focus. */
export function Suggestions({ id, suggestions, chosen, onTake }: SuggestionsProps) {
  return (
    <div id={id} role="listbox" aria-label="Suggestions" className={classes.list}>
      {suggestions.map((suggestion, at) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field keeps the focus, and has the keys
        <div
          key={suggestion.text}
          id={`${id}-${at}`}
          role="option"
          aria-selected={at === chosen}
          className={classes.option}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(suggestion)}
        >
          <span className={classes.word}>{suggestion.text}</span>
          <span className={classes.hint}>{suggestion.hint}</span>
        </div>
      ))}
    </div>
  )
}
