import { Checkbox, NativeSelect, Table, Text } from '@mantine/core'
import { useState, type DragEvent } from 'react'
import { MODEL_STAGES, type VersionRow } from '#core/contract/models.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { AliasChip, AddAlias, ALIAS_TYPE } from './alias-chip.tsx'
import { DeleteVersion } from './delete-version.tsx'
import type { Aliases } from './use-aliases.tsx'
import { useModelCalls } from './use-model-calls.ts'
import classes from './models.module.css'

type LineProps = {
  readonly version: VersionRow
  readonly aliases: Aliases
  /** Numbers of the versions that an alias can be moved to. */
  readonly others: readonly number[]
  readonly isChosen: boolean
  readonly onChoose: (version: number) => void
}

/** A version as a row, onto which an alias can be dropped. */
export function VersionLine({ version: row, aliases, others, isChosen, onChoose }: LineProps) {
  const { model, version } = row
  const { isOver, ...target } = useDrop((alias) => {
    if (!row.aliases.includes(alias)) aliases.move(alias, version)
  })
  return (
    <Table.Tr {...target} className={isOver ? classes.over : undefined}>
      <Table.Td>
        <Checkbox
          aria-label={`Choose version ${version} to compare`}
          checked={isChosen}
          onChange={() => onChoose(version)}
        />
      </Table.Td>
      <Table.Th scope="row" style={{ whiteSpace: 'nowrap' }}>
        <TextLink to="/models/$model/versions/$version" params={{ model, version: String(version) }} inherit>
          Version {version}
        </TextLink>
      </Table.Th>
      <Table.Td>
        <div className={classes.aliases}>
          {row.aliases.map((alias) => (
            <AliasChip key={alias} alias={alias} version={version} others={others} aliases={aliases} />
          ))}
          <AddAlias version={version} aliases={aliases} />
        </div>
      </Table.Td>
      <Table.Td>
        <StageSelect version={row} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <Time iso={row.createdAt} />
      </Table.Td>
      <Table.Td>{row.user ?? '–'}</Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2} maw={280}>
          {row.description}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <DeleteVersion version={row} />
      </Table.Td>
    </Table.Tr>
  )
}

/** The stage of a version, to be changed at once. */
export function StageSelect({ version: row }: { readonly version: VersionRow }) {
  const { callAside } = useModelCalls()
  const { model, version, stage } = row
  const change = (text: string) => {
    const wanted = MODEL_STAGES.find((it) => it === text)
    if (wanted === undefined) return
    void callAside(`The stage of version ${version} was not changed`, (client) =>
      client.updateModelVersion({ model, version: String(version), stage: wanted }),
    )
  }
  return (
    <NativeSelect
      size="xs"
      w={130}
      aria-label={`Stage of version ${version}`}
      data={[...MODEL_STAGES]}
      value={stage}
      onChange={({ currentTarget }) => change(currentTarget.value)}
    />
  )
}

/** Lets an alias be dropped onto an element. */
function useDrop(onAlias: (alias: string) => void) {
  const [isOver, setOver] = useState(false)
  const hasAlias = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes(ALIAS_TYPE)
  return {
    isOver,
    onDragOver: (event: DragEvent) => {
      if (!hasAlias(event)) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false)
      if (!hasAlias(event)) return
      event.preventDefault()
      onAlias(event.dataTransfer.getData(ALIAS_TYPE))
    },
  }
}
