import { Button } from '@mantine/core'

type Choice = { readonly isOpen: boolean; readonly open: () => void }

/** The right end of a field for a path: a button that opens a dialog of the system; nothing where there is none. */
export function chooseSection(choice: Choice | undefined, what: string): object {
  if (choice === undefined) return {}
  return {
    rightSection: (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Choose… ${what}`}
        loading={choice.isOpen}
        onClick={choice.open}
      >
        Choose…
      </Button>
    ),
    rightSectionWidth: 96,
    rightSectionPointerEvents: 'all',
  } as const
}
