import { Table } from '@mantine/core'

/** Heads of a table of what both runs have; `side`: the width of the column of each. */
export function ResultHeads({ first, side }: { readonly first: string; readonly side: string }) {
  return (
    <>
      <Table.Th scope="col">{first}</Table.Th>
      <Table.Th scope="col" w={110}>
        Result
      </Table.Th>
      <Table.Th scope="col" w={side}>
        A
      </Table.Th>
      <Table.Th scope="col" w={side}>
        B
      </Table.Th>
    </>
  )
}
