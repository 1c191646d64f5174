import { Autocomplete, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { isProblem } from '#core/base/problem.ts'
import type { PipelineView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { usePathChoice } from '#renderer/data/desktop.ts'
import { queries } from '#renderer/data/queries.ts'
import { chooseSection } from '#renderer/ui/choose-button.tsx'

const TYPING_MS = 300

type PipelineFieldProps = {
  readonly file: string
  readonly onChange: (file: string) => void
  /** Why the document cannot be used, if so. */
  readonly error: Error | null
}

/** One of the pipelines, or any document by its path. */
export function PipelineField({ file, onChange, error }: PipelineFieldProps) {
  const client = useClient()
  const { data } = useQuery(queries.pipelines(client))
  const choice = usePathChoice('pipeline', onChange)
  const names = useMemo(() => new Map(data?.pipelines.map((it) => [it.file, it.name])), [data])
  return (
    <Autocomplete
      label="Pipeline"
      description="Choose one, or write the path of its document on the machine of the core"
      required
      data-autofocus
      openOnFocus={false}
      data={[...names.keys()]}
      value={file}
      error={error === null ? undefined : faultText(error)}
      spellCheck={false}
      {...chooseSection(choice, 'a pipeline')}
      onChange={onChange}
      filter={({ options, search }) => {
        const wanted = search.trim().toLowerCase()
        const isChosen = names.has(search)
        return options.filter(
          (option) =>
            isChosen ||
            ('value' in option && `${names.get(option.value)} ${option.value}`.toLowerCase().includes(wanted)),
        )
      }}
      renderOption={({ option }) => (
        <Stack gap={0}>
          <Text size="sm">{names.get(option.value)}</Text>
          <Text size="xs">{option.value}</Text>
        </Stack>
      )}
    />
  )
}

/** The document as the core reads it now; what is still being typed is not looked for. */
export function usePipelineView(file: string): {
  readonly view: PipelineView | undefined
  readonly error: Error | null
} {
  const client = useClient()
  const [typed] = useDebouncedValue(file.trim(), TYPING_MS)
  const query = useQuery({
    queryKey: ['pipelines', 'view', typed],
    queryFn: ({ signal }) => client.validatePipeline({ file: typed }, { signal }),
    enabled: typed !== '' && typed === file.trim(),
  })
  return typed === file.trim() ? { view: query.data, error: query.error } : { view: undefined, error: null }
}

/** The sentence of the Problem, and each fault with its line. */
function faultText(error: Error): string {
  const issues = isProblem(error) ? error.issues : []
  if (issues.length < 2) return error.message
  const lines = issues.map(({ message, place }) => (place === undefined ? message : `line ${place.line}: ${message}`))
  return `The document has faults: ${lines.join('; ')}`
}
