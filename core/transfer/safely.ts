import { skipped, type Item, type Skipped } from './item.ts'

/** What a part of a source tells; where it cannot be read it is named as skipped, and all else goes on. */
export function* safely(path: string, read: () => Iterable<Item>): Generator<Item> {
  try {
    yield* read()
  } catch (error) {
    yield unreadable(path, error)
  }
}

/** That a part of a source cannot be read. */
export function unreadable(path: string, error: unknown): Skipped {
  return skipped(path, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
}
