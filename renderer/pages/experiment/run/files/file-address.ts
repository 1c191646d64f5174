import { API_PREFIX } from '#core/contract/http.ts'

/** Where the browser saves a file of a tracked run from. */
export function fileAddress(run: string, path: string): string {
  return `${API_PREFIX}/tracking/runs/${run}/file?${new URLSearchParams({ path }).toString()}`
}
