import { Button, Group, Radio, Switch, useMantineColorScheme } from '@mantine/core'
import { Keyboard } from 'lucide-react'
import { useLetterKeys } from '#renderer/ui/letter-keys.ts'
import { openShortcutSheet } from '#renderer/ui/shortcut-sheet.tsx'
import { Section } from './section.tsx'

const SCHEMES = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'auto', label: 'As the system' },
] as const

/** Colours and keys; both are kept in this browser. */
export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [isOn, setOn] = useLetterKeys()
  const choose = (value: string) => {
    const chosen = SCHEMES.find((it) => it.value === value)
    if (chosen !== undefined) setColorScheme(chosen.value)
  }
  return (
    <Section title="Appearance and keys" about="Kept in this browser.">
      <Radio.Group label="Colours" value={colorScheme} onChange={choose}>
        <Group mt="xs">
          {SCHEMES.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Group>
      </Radio.Group>
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
