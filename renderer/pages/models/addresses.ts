import { API_PREFIX } from '#core/contract/http.ts'

type Place = { readonly model: string; readonly version: string }

function versionAddress({ model, version }: Place): string {
  return `${API_PREFIX}/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`
}

/** Where the browser saves a file of a version from. */
export function modelFileAddress(place: Place, path: string): string {
  return `${versionAddress(place)}/file?${new URLSearchParams({ path }).toString()}`
}

/** Where the browser saves all files of a version from. */
export function archiveAddress(place: Place): string {
  return `${versionAddress(place)}/archive`
}
