import { Group, Radio, Stack, useMantineColorScheme } from '@mantine/core'

const SCHEMES = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'auto', label: 'As the system' },
] as const

/** Light, dark, or as the system has it; the choice is kept in this browser. */
export function ColourChoice({ isStacked = false }: { readonly isStacked?: boolean }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const choose = (value: string) => {
    const chosen = SCHEMES.find((it) => it.value === value)
    if (chosen !== undefined) setColorScheme(chosen.value)
  }
  const Arranged = isStacked ? Stack : Group
  return (
    <Radio.Group label="Colours" value={colorScheme} onChange={choose}>
      <Arranged mt="xs" gap="sm">
        {SCHEMES.map(({ value, label }) => (
          <Radio key={value} value={value} label={label} />
        ))}
      </Arranged>
    </Radio.Group>
  )
}
