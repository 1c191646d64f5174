import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from '#core/client/index.ts'

/** Where a version is: a number, an alias as `@champion`, or `latest`. */
export type VersionAddress = { readonly model: string; readonly version: string }

/** The filter for models whose name has a text in it, in any case. */
function modelFilter(search: string | undefined): string {
  return search === undefined ? '' : `name ILIKE '%${search.replaceAll("'", "''")}%'`
}

/** Registered models. Keys begin with the topic of the changes that make them old: see `live.ts`. */
export const modelQueries = {
  list: (client: Client, search: string | undefined) =>
    infiniteQueryOptions({
      queryKey: ['tracking', 'models', 'list', search],
      initialPageParam: undefined as string | undefined,
      queryFn: ({ pageParam, signal }) =>
        client.listModels(
          { filter: modelFilter(search), ...(pageParam === undefined ? {} : { page: pageParam }) },
          { signal },
        ),
      getNextPageParam: (last) => last.next ?? undefined,
    }),
  one: (client: Client, model: string) =>
    queryOptions({
      queryKey: ['tracking', 'models', model, 'row'],
      queryFn: ({ signal }) => client.showModel({ model }, { signal }),
    }),
  versions: (client: Client, model: string) =>
    infiniteQueryOptions({
      queryKey: ['tracking', 'models', model, 'versions'],
      initialPageParam: undefined as string | undefined,
      queryFn: ({ pageParam, signal }) =>
        client.listModelVersions({ model, ...(pageParam === undefined ? {} : { page: pageParam }) }, { signal }),
      getNextPageParam: (last) => last.next ?? undefined,
    }),
  version: (client: Client, { model, version }: VersionAddress) =>
    queryOptions({
      queryKey: ['tracking', 'models', model, 'version', version],
      queryFn: ({ signal }) => client.showModelVersion({ model, version }, { signal }),
    }),
  files: (client: Client, { model, version }: VersionAddress) =>
    queryOptions({
      queryKey: ['tracking', 'models', model, 'files', version],
      queryFn: ({ signal }) => client.listModelFiles({ model, version }, { signal }),
    }),
  difference: (client: Client, model: string, { left, right }: { readonly left: string; readonly right: string }) =>
    queryOptions({
      queryKey: ['tracking', 'models', model, 'difference', left, right],
      queryFn: ({ signal }) => client.compareModelVersions({ model, left, right }, { signal }),
    }),
}
