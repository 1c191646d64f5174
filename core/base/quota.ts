import { parseBytes, parseCpu } from './quantity.ts'

/** What a quota has left of a resource; undefined where its quantities cannot be read. */
export type Left = { readonly resource: string; readonly hard: string; readonly left: number | undefined }

/** Pairs of `hard` and `used` of a quota as what is left, in the order of the resources' names. */
export function leftOf(hard: Readonly<Record<string, string>>, used: Readonly<Record<string, string>>): Left[] {
  return Object.entries(hard)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, limit]) => {
      const [most, taken] = [amountOf(resource, limit), amountOf(resource, used[resource] ?? '0')]
      return { resource, hard: limit, left: most === undefined || taken === undefined ? undefined : most - taken }
    })
}

/** `pods: 7 of 10 left`. */
export function leftText({ resource, hard, left }: Left): string {
  if (left === undefined) return `${resource}: ${hard} at most`
  return `${resource}: ${shown(resource, left)} of ${hard} left`
}

/** The number that an amount of a resource is, bytes of memory; undefined where it cannot be read. */
export function amountOf(resource: string, text: string): number | undefined {
  return isMemory(resource) ? parseBytes(text) : parseCpu(text)
}

/** Whether a resource of a quota or a limit range is counted in bytes. */
function isMemory(resource: string): boolean {
  return /(^|\.)(memory|storage|ephemeral-storage)$/.test(resource)
}

function shown(resource: string, left: number): string {
  if (!isMemory(resource)) return String(Math.round(left * 1000) / 1000)
  return left < 2 ** 30 ? `${Math.round(left / 2 ** 20)}Mi` : `${(left / 2 ** 30).toFixed(1)}Gi`
}
