import { NativeSelect, Text } from '@mantine/core'
import type { TrackedFile } from '#core/contract/tracking.ts'

type ChoiceProps = {
  /** What the files hold, such as `table`. */
  readonly what: string
  readonly files: readonly TrackedFile[]
  readonly chosen: string
  readonly onChoose: (path: string) => void
  /** Whether all files of the run were looked at. */
  readonly isWhole: boolean
}

/** Which of some files is shown. */
export function FileChoice({ what, files, chosen, onChoose, isWhole }: ChoiceProps) {
  return (
    <>
      <NativeSelect
        label={`File of the ${what}`}
        size="xs"
        maw={420}
        value={chosen}
        data={files.map(({ path }) => path)}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      />
      {!isWhole && <Text size="xs">The run has many folders: only some were searched. Artifacts shows all files.</Text>}
    </>
  )
}
