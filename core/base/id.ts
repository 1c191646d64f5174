import { encodeTime, monotonicFactory } from 'ulid'

declare const brand: unique symbol

/** A string that names one kind of thing; the brand keeps a run's id out of a place that wants a step's. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind }

const nextUlid = monotonicFactory()

/** A new id: a lower-case ULID, so ids sort by time of creation and are legal Kubernetes names. */
export function newId<Kind extends string>(): Id<Kind> {
  return nextUlid().toLowerCase() as Id<Kind>
}

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
/** The part of an id that is not its time: 16 digits of 5 bits. */
const SEED_DIGITS = 16

/**
 * The id of something that was made at a time, epoch ms, by others: the same for the same time and seed, which is at least
 * 20 hex digits, such as a sha256.
 */
export function idFrom<Kind extends string>(at: number, seed: string): Id<Kind> {
  let left = BigInt(`0x${seed.slice(0, 20)}`)
  let digits = ''
  for (let i = 0; i < SEED_DIGITS; i += 1, left >>= 5n) digits = `${DIGITS[Number(left & 31n)]}${digits}`
  return `${encodeTime(at)}${digits}`.toLowerCase() as Id<Kind>
}

const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** Whether a text could have come from `newId`. */
export function isId(text: string): boolean {
  return ULID.test(text)
}
