import { Problem } from '#core/base/problem.ts'
import type { ObjectStore, Upload } from '#core/objects/index.ts'
import type { RemoteFile, RemoteFiles } from '#core/pipelines/index.ts'

/** A bucket in memory, for tests: what it holds, and what was asked of it. */
export type MemoryStore = ObjectStore & { readonly objects: Map<string, string>; readonly asked: string[] }

export function memoryStore(): MemoryStore {
  const objects = new Map<string, string>()
  const asked: string[] = []
  const note = (what: string, key: string): string | undefined => {
    asked.push(`${what} ${key}`)
    return objects.get(key)
  }
  const put = ({ key, source }: Upload): void => {
    if ('bytes' in source) objects.set(key, Buffer.from(source.bytes).toString())
    else objects.set(key, 'path' in source ? 'x'.repeat(source.size) : 'stream')
  }
  const copy = (from: string, to: string): void => {
    const text = note('copy', from)
    if (text === undefined) throw new Problem('not_found', `no ${from}`)
    objects.set(to, text)
  }
  return {
    objects,
    asked,
    head: (key) => {
      const text = note('head', key)
      return Promise.resolve(text === undefined ? undefined : { key, size: Buffer.byteLength(text) })
    },
    read: (key) => Promise.resolve(Buffer.from(note('read', key) ?? '')),
    readIfThere: (key) => {
      const text = note('read', key)
      return Promise.resolve(text === undefined ? undefined : Buffer.from(text))
    },
    stream: () => {
      throw new Error('not needed')
    },
    async *list(prefix) {
      note('list', prefix)
      await Promise.resolve()
      for (const [key, text] of objects) if (key.startsWith(prefix)) yield { key, size: Buffer.byteLength(text) }
    },
    put: (key, source) => Promise.resolve(put({ key, source })),
    putMissing: (uploads) => {
      for (const upload of uploads) if (!objects.has(upload.key)) put(upload)
      return Promise.resolve({ sentBytes: 0 })
    },
    findMissing: (wanted) =>
      Promise.resolve(
        new Set(
          wanted.flatMap(({ key, size }) => {
            const text = note('head', key)
            const found = text === undefined ? undefined : Buffer.byteLength(text)
            return found === undefined || found !== (size ?? found) ? [key] : []
          }),
        ),
      ),
    copy: (from, to) => Promise.resolve().then(() => copy(from, to)),
    remove: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** What buckets hold, in memory. */
export function memoryFiles(): RemoteFiles {
  const known = new Map<string, RemoteFile & { readonly store: string }>()
  return {
    add(store, files) {
      for (const { sha256, size, key } of files) known.set(`${store} ${sha256}`, { sha256, size, key, store })
    },
    forget(store, all) {
      for (const sha256 of all) known.delete(`${store} ${sha256}`)
    },
    find: (sha256, stores) => stores.map((store) => known.get(`${store} ${sha256}`)).find((it) => it !== undefined),
    stores: () => [...new Set([...known.values()].map(({ store }) => store))],
  }
}
