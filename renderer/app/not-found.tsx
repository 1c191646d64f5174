import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { Page } from '#renderer/ui/page.tsx'

/** An address that no page has. */
export function NotFound() {
  return (
    <Page title="Nothing here">
      <EmptyState icon={Compass} title="No page has this address">
        It may have been mistyped, or be of another version. Go to the{' '}
        <Anchor component={Link} underline="always" to="/runs">
          runs
        </Anchor>{' '}
        or the{' '}
        <Anchor component={Link} underline="always" to="/pipelines">
          pipelines
        </Anchor>
        .
      </EmptyState>
    </Page>
  )
}
