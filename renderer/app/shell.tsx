import { AppShell, Burger, Group, NavLink, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { Box, Boxes, CalendarClock, FlaskConical, History, Settings, Workflow } from 'lucide-react'
import { ClusterWatch } from './cluster-watch.tsx'
import { ColorScheme } from './color-scheme.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { Opening } from './opening.tsx'
import { Palette, PaletteButton } from './palette.tsx'
import { ShortcutKeys } from './shortcut-keys.tsx'
import { WindowLinks } from './window-links.tsx'

/** The places of the workbench, in the order of the navigation. */
const PLACES = [
  { to: '/pipelines', label: 'Pipelines', icon: Workflow },
  { to: '/runs', label: 'Runs', icon: History },
  { to: '/experiments', label: 'Experiments', icon: FlaskConical },
  { to: '/models', label: 'Models', icon: Boxes },
  { to: '/schedules', label: 'Schedules', icon: CalendarClock },
  { to: '/environments', label: 'Environments', icon: Box },
  { to: '/settings', label: 'Settings', icon: Settings },
] as const

/** What stands around every page. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure()
  const { pathname } = useLocation()
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
      transitionDuration={0}
    >
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <img src="/icon.svg" alt="" width={24} height={24} />
            <Text fw={600}>Mini-Submarine</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <PaletteButton />
            <ColorScheme />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Places">
        {PLACES.map(({ to, label, icon: Icon }) => {
          const isHere = pathname === to || pathname.startsWith(`${to}/`)
          return (
            <NavLink
              key={to}
              renderRoot={(props) => <Link to={to} {...props} />}
              label={label}
              leftSection={<Icon size={18} aria-hidden />}
              active={isHere}
              aria-current={isHere ? 'page' : undefined}
              onClick={close}
            />
          )
        })}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <ConnectionBanner />
        <Outlet />
      </AppShell.Main>
      <Palette places={PLACES} />
      <ShortcutKeys />
      <ClusterWatch />
      <WindowLinks />
      <Opening />
    </AppShell>
  )
}
