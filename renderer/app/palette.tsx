import { ActionIcon } from '@mantine/core'
import { Spotlight, spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { AppWindow, Container, Search, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { desktopBridge, openWindow } from '#renderer/data/desktop.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { queries } from '#renderer/data/queries.ts'

type Place = { readonly to: string; readonly label: string; readonly icon: LucideIcon }

/** Opens the palette by the mouse. */
export function PaletteButton() {
  return (
    <ActionIcon variant="default" size="lg" aria-label="Go to… (Ctrl+K)" onClick={spotlight.open}>
      <Search size={18} aria-hidden />
    </ActionIcon>
  )
}

/** Goes to every place, pipeline and model by its name: Ctrl+K or Ctrl+Shift+P. */
export function Palette({ places }: { readonly places: readonly Place[] }) {
  const navigate = useNavigate()
  const router = useRouter()
  const client = useClient()
  const [isOpen, setOpen] = useState(false)
  const { data } = useQuery({ ...queries.pipelines(client), enabled: isOpen })
  const models = useInfiniteQuery({ ...modelQueries.list(client, undefined), enabled: isOpen }).data
  const go = (to: string) => void navigate({ to })
  const actions: SpotlightActionData[] = [
    ...places.map(({ to, label, icon: Icon }) => ({
      id: to,
      label,
      leftSection: <Icon size={18} aria-hidden />,
      onClick: () => go(to),
    })),
    {
      id: 'create-cluster',
      label: 'Create local cluster',
      description: 'Kubernetes on this machine, as a target of runs',
      leftSection: <Container size={18} aria-hidden />,
      onClick: () => go('/settings/clusters/new'),
    },
    ...(desktopBridge() === undefined ? [] : [newWindow(() => router.state.location)]),
    ...(data?.pipelines ?? []).map((pipeline) => ({
      id: pipeline.id,
      label: pipeline.name,
      description: pipeline.file,
      onClick: () => go(`/pipelines/${pipeline.id}`),
    })),
    ...(models?.pages.flatMap((page) => page.models) ?? []).map(({ name }) => ({
      id: `model ${name}`,
      label: name,
      description: 'Model',
      onClick: () => void navigate({ to: '/models/$model', params: { model: name } }),
    })),
  ]
  return (
    <Spotlight
      actions={actions}
      shortcut={['mod + K', 'mod + shift + P']}
      limit={20}
      attributes={{ content: { 'aria-label': 'Go to a place, a pipeline or a model' } }}
      nothingFound="Nothing has this name"
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      searchProps={{ placeholder: 'Go to…', 'aria-label': 'Go to', leftSection: <Search size={18} aria-hidden /> }}
    />
  )
}

/** This page once more, beside this window. */
function newWindow(here: () => { readonly pathname: string; readonly searchStr: string }): SpotlightActionData {
  return {
    id: 'new-window',
    label: 'Open in a new window',
    description: 'The page that is shown now',
    leftSection: <AppWindow size={18} aria-hidden />,
    onClick: () => {
      const { pathname, searchStr } = here()
      void openWindow(pathname + searchStr)
    },
  }
}
