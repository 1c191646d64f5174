import { Button, Checkbox, Collapse, Group, Stack, Text } from '@mantine/core'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { AdvancedFields } from './advanced-fields.tsx'
import { asksForDownload, blockedText, errorsOf } from './checks.ts'
import classes from './clusters.module.css'
import { FormField } from './form-field.tsx'
import { Preflight } from './preflight-section.tsx'
import type { Blocked, FormState } from './use-cluster-form.ts'

const ADVANCED = 'advanced-fields'

/** Everything that a new cluster is asked for, with what this machine has of it. */
export function ClusterForm({ form }: { readonly form: FormState }) {
  const [isFolded, setFolded] = useState(true)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const blocked = form.submit()
    if (blocked === undefined) return
    if (blocked !== 'checks' && blocked.field !== 'name') setFolded(false)
    // After the fold is open: what is folded cannot have the focus.
    requestAnimationFrame(() => focusOn(blocked))
  }
  return (
    <div className={classes.split}>
      <form onSubmit={submit} noValidate aria-label="New local cluster">
        <Stack gap="md">
          <FormField
            form={form}
            field="name"
            label="Name"
            help="Of the cluster and of the target that it becomes: lower-case letters, digits and -"
            isRequired
          />
          <Consent form={form} />
          <Fold form={form} isFolded={isFolded} onFold={setFolded} />
          {form.rest !== undefined && <ProblemAlert title="It was not created" message={form.rest} />}
          <Buttons form={form} />
        </Stack>
      </form>
      <Preflight checks={form.checks} />
    </div>
  )
}

function focusOn(blocked: Blocked): void {
  const place = blocked === 'checks' ? '[aria-label="Checks of this machine"]' : `form [name="${blocked.field}"]`
  document.querySelector<HTMLElement>(place)?.focus()
}

type FoldProps = {
  readonly form: FormState
  readonly isFolded: boolean
  readonly onFold: (isFolded: boolean) => void
}

function Fold({ form, isFolded, onFold }: FoldProps) {
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={!isFolded}
        aria-controls={ADVANCED}
        leftSection={isFolded ? <ChevronRight size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
        onClick={() => onFold(!isFolded)}
      >
        Nodes, ports and limits
      </Button>
      <Collapse expanded={!isFolded} id={ADVANCED} mt="xs" transitionDuration={0}>
        <AdvancedFields form={form} />
      </Collapse>
    </div>
  )
}

function Consent({ form }: { readonly form: FormState }) {
  if (!asksForDownload(form.checks.preflight, form.draft.download)) return null
  return (
    <Checkbox
      name="download"
      label="kind may be downloaded"
      description="From the pages of its project into the data folder. Only one version is taken, and only when its bytes are those that were tested."
      checked={form.draft.download}
      onChange={({ currentTarget }) => form.allowDownload(currentTarget.checked)}
    />
  )
}

/** The button can be reached while it is blocked, and says why it does nothing. */
function Buttons({ form }: { readonly form: FormState }) {
  const { preflight, isCurrent } = form.checks
  const errors = isCurrent && preflight !== undefined ? errorsOf(preflight) : []
  const isBlocked = errors.length > 0
  return (
    <Stack gap="xs">
      {isBlocked && (
        <Text size="sm" id="blocked">
          {blockedText(errors)}
        </Text>
      )}
      <Group>
        <Button
          type="submit"
          loading={form.isCreating}
          variant={isBlocked ? 'default' : 'filled'}
          aria-describedby={isBlocked ? 'blocked' : undefined}
        >
          Create local cluster
        </Button>
        <ButtonLink to="/settings/targets" variant="default">
          Cancel
        </ButtonLink>
      </Group>
    </Stack>
  )
}
