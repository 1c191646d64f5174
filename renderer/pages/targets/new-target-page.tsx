import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { Page } from '#renderer/ui/page.tsx'
import { EMPTY_DRAFT } from './draft.ts'
import { TargetForm } from './target-form.tsx'

const NONE: readonly string[] = []

/** The form for a new cluster target; the address may name the cluster. */
export function NewTargetPage() {
  const client = useClient()
  const navigate = useNavigate()
  const { data } = useQuery(queries.clusterTargets(client))
  const { context, kubeconfig } = useSearch({ from: '/settings/new-target' })
  const begin = {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig: kubeconfig.join('\n') }),
  }
  const onSaved = (name: string) => {
    notifications.show({
      color: 'green',
      title: `The target ${name} was added`,
      message: 'Test it before the first run.',
    })
    void navigate({ to: '/settings/targets/$target', params: { target: name }, replace: true })
  }
  return (
    <Page title="Add a cluster">
      <TargetForm
        start={{ ...EMPTY_DRAFT, texts: begin }}
        edited={undefined}
        taken={data?.targets.map(({ name }) => name) ?? NONE}
        onSaved={onSaved}
        onCancel={() => void navigate({ to: '/settings/targets' })}
      />
    </Page>
  )
}
