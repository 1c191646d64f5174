import { ActionIcon, Popover, useMantineColorScheme } from '@mantine/core'
import { Monitor, Moon, Sun } from 'lucide-react'
import { ColourChoice } from '#renderer/ui/colour-choice.tsx'

const ICONS = { light: Sun, dark: Moon, auto: Monitor } as const

/** The choice of colours behind a button. Its dropdown stays within the header, where screen readers look for it. */
export function ColorScheme() {
  const { colorScheme } = useMantineColorScheme()
  const Icon = ICONS[colorScheme]
  return (
    <Popover position="bottom-end" withinPortal={false} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="default" size="lg" aria-label="Colours">
          <Icon size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <ColourChoice isStacked />
      </Popover.Dropdown>
    </Popover>
  )
}
