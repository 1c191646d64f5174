import { Button, Popover, Stack, Table, Text } from '@mantine/core'
import { differ, ownZone, zoneFormat } from './zones.ts'

type NextTimesProps = { readonly next: readonly string[]; readonly timeZone: string }

/** Times in the zone of the schedule, and as the clocks here show them where that is another time. */
export function NextTimes({ next, timeZone }: NextTimesProps) {
  const here = ownZone()
  const [there, own] = [zoneFormat(timeZone), zoneFormat(here)]
  const isElsewhere = differ(next, timeZone, here)
  if (next.length === 0) return <Text size="sm">It is due at no time.</Text>
  return (
    <Table aria-label="Next times" verticalSpacing={4} withRowBorders={false} w="auto">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{timeZone}</Table.Th>
          {isElsewhere && <Table.Th scope="col">Here ({here})</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {next.map((iso) => (
          <Table.Tr key={iso}>
            <Table.Td>
              <time dateTime={iso}>{there.format(Date.parse(iso))}</time>
            </Table.Td>
            {isElsewhere && <Table.Td>{own.format(Date.parse(iso))}</Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** The first of the next times as a button that shows all of them. */
export function NextPopover({ next, timeZone }: NextTimesProps) {
  const [first] = next
  if (first === undefined) return <>–</>
  return (
    <Popover position="bottom-start" withArrow shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="subtle" size="compact-sm">
          {zoneFormat(timeZone).format(Date.parse(first))}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text size="sm" fw={600}>
            The next times
          </Text>
          <NextTimes next={next} timeZone={timeZone} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
