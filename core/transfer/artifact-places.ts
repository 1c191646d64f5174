import { join, resolve } from 'node:path'
import { folderInside, localPath, realFolder } from './source-files.ts'

/** Where the files of a run or a logged model are. */
export type Found = { readonly folder: string } | { readonly fault: string } | undefined

/** Finds folders of artifacts by what MLflow's database says of them, and nothing outside of the folders that it may read. */
export type ArtifactPlaces = {
  /**
   * `tail`: how many names at the end of a location stay the same when all is moved: 3 for `EXPERIMENT/RUN/artifacts`.
   * Undefined where nothing is there, which is so for runs without files.
   */
  find(uri: string, tail: number): Found
}

/** Looks in `artifacts` where it is given, and in the folder that the database is in, `mlartifacts` and `mlruns` first. */
export function openArtifactPlaces(base: string, artifacts: string | undefined): ArtifactPlaces {
  const named = artifacts === undefined ? [] : [artifacts]
  const places = [...named, join(base, 'mlartifacts'), join(base, 'mlruns'), base]
  const roots = places.flatMap((place) => realFolder(place) ?? [])
  const inside = (path: string): string | undefined => {
    for (const root of roots) {
      const found = folderInside(root, path)
      if (found !== undefined) return found
    }
    return undefined
  }
  return {
    find: (uri, tail) => {
      if (uri === '') return undefined
      const own = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/is.exec(uri)?.[1]
      const local = own === undefined ? localPath(uri) : undefined
      if (own === undefined && local === undefined)
        return { fault: `it is kept at ${schemeOf(uri)}, not on this machine` }
      const asGiven = local === undefined ? undefined : inside(resolve(base, local))
      const names = (own ?? local ?? '').split(/[/\\]/).filter((name) => name !== '' && name !== '.')
      if (names.includes('..')) return { fault: 'its path has .. in it' }
      const below = own === undefined ? names.slice(-tail) : names
      const found = asGiven ?? firstOf(roots.map((root) => folderInside(root, join(root, ...below))))
      if (found !== undefined) return { folder: found }
      const elsewhere = local !== undefined && realFolder(resolve(base, local)) !== undefined
      return elsewhere ? { fault: 'it lies outside of the source: name its folder as `artifacts`' } : undefined
    },
  }
}

function firstOf(found: readonly (string | undefined)[]): string | undefined {
  return found.find((path) => path !== undefined)
}

function schemeOf(uri: string): string {
  return `${uri.slice(0, uri.indexOf(':'))}:`
}
