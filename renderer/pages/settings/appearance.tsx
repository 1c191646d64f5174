import { Button, Group, Switch } from '@mantine/core'
import { Keyboard } from 'lucide-react'
import { ColourChoice } from '#renderer/ui/colour-choice.tsx'
import { useLetterKeys } from '#renderer/ui/letter-keys.ts'
import { openShortcutSheet } from '#renderer/ui/shortcut-sheet.tsx'
import { Section } from './section.tsx'

/** Colours and keys; both are kept in this browser. */
export function Appearance() {
  const [isOn, setOn] = useLetterKeys()
  return (
    <Section title="Appearance and keys" about="Kept in this browser.">
      <ColourChoice />
      <Group>
        <Switch
          label="Shortcuts of letters, such as g then r"
          checked={isOn}
          onChange={({ currentTarget }) => setOn(currentTarget.checked)}
        />
        <Button
          variant="default"
          size="xs"
          leftSection={<Keyboard size={16} aria-hidden />}
          onClick={openShortcutSheet}
          aria-haspopup="dialog"
        >
          Show all shortcuts
        </Button>
      </Group>
    </Section>
  )
}
