import { useQuery } from '@tanstack/react-query'
import type { TrackedFile, TrackedRunView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'

/** More folders are not looked into. */
const FOLDER_LIMIT = 60
/** A run that goes on may get files at any time, in ms. */
const EVERY_MS = 10_000

/** Files of a run. `isWhole`: no folder was left out. */
export type AllFiles = { readonly files: readonly TrackedFile[]; readonly isWhole: boolean }

/** Lists folder after folder, level by level, until all are known or enough. `images` holds what has a page of its own. */
export async function walk(list: (path: string) => Promise<readonly TrackedFile[]>): Promise<AllFiles> {
  const files: TrackedFile[] = []
  let level = ['']
  let room = FOLDER_LIMIT
  while (level.length > 0 && room > 0) {
    const listed = await Promise.all(level.slice(0, room).map(list))
    room -= level.length
    const entries = listed.flat()
    files.push(...entries.filter(({ isFolder }) => !isFolder))
    level = entries.flatMap(({ path, isFolder }) => (isFolder && path !== 'images' ? [path] : []))
  }
  return { files, isWhole: level.length === 0 && room >= 0 }
}

/** All files of a run, as far as they can be found in a moment. */
export function useAllFiles({ id, status }: Pick<TrackedRunView, 'id' | 'status'>) {
  const client = useClient()
  return useQuery({
    queryKey: ['tracked-files', id],
    queryFn: ({ signal }) => walk(async (path) => (await client.listTrackedFiles({ run: id, path }, { signal })).files),
    staleTime: EVERY_MS,
    refetchInterval: status === 'RUNNING' && EVERY_MS,
  })
}
