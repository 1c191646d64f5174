import { monotonicFactory } from 'ulid'

declare const brand: unique symbol

/** A string that names one kind of thing; the brand keeps a run's id out of a place that wants a step's. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind }

const nextUlid = monotonicFactory()

/** A new id: a lower-case ULID, so ids sort by time of creation and are legal Kubernetes names. */
export function newId<Kind extends string>(): Id<Kind> {
  return nextUlid().toLowerCase() as Id<Kind>
}

const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** Whether a text could have come from `newId`. */
export function isId(text: string): boolean {
  return ULID.test(text)
}
