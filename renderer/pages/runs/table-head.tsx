import { FlexRender, type HeaderGroup } from '@tanstack/react-table'
import type { RunSummary } from '#core/contract/run.ts'
import type { features } from './columns.tsx'
import classes from './runs.module.css'
import { ROLES } from './table-roles.ts'

type HeadProps = { readonly groups: readonly HeaderGroup<typeof features, RunSummary>[] }

/** The names of the columns, which stay in sight. */
export function TableHead({ groups }: HeadProps) {
  return (
    <thead {...ROLES.group} className={classes.head}>
      {groups.map((group) => (
        <tr key={group.id} {...ROLES.row} className={classes.headRow} aria-rowindex={1}>
          {group.headers.map((header) => (
            <th key={header.id} {...ROLES.head} className={classes[header.column.id]}>
              <FlexRender header={header} />
            </th>
          ))}
        </tr>
      ))}
    </thead>
  )
}
