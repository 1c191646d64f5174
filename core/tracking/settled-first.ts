import type { Database } from '#core/store/index.ts'

type Called = (this: unknown, ...args: unknown[]) => unknown

/** A database of which each call, and each of a statement that it prepares, is preceded by one of `settle`. */
export function settledFirst(db: Database, settle: () => void): Database {
  const around = <Thing extends object>(thing: Thing): Thing => {
    const outer = new Proxy(thing, {
      get(_, name) {
        const value: unknown = Reflect.get(thing, name, thing)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          settle()
          const result = Reflect.apply(value as Called, thing, args)
          if (result === thing) return outer
          return name === 'prepare' ? around(result as object) : result
        }
      },
    })
    return outer
  }
  return around(db)
}
