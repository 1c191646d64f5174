import { Problem } from '#core/base/problem.ts'
import type { Connection } from './connection.ts'
import type { StoredObject } from './contract.ts'

/** Objects of one call, at most; S3 gives no more. */
export const PAGE_KEYS = 1_000

export type Page = { readonly objects: readonly StoredObject[]; readonly isLast: boolean }

/** Every object whose key begins so, page by page, in the order of keys. */
export async function* listPages(connection: Connection, prefix: string, signal?: AbortSignal): AsyncGenerator<Page> {
  let token: string | undefined
  do {
    const page = {
      Bucket: connection.bucket,
      Prefix: connection.fullKey(prefix),
      MaxKeys: PAGE_KEYS,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    }
    const { Name, Contents, IsTruncated, NextContinuationToken } = await connection.run(
      { action: 'list', signal },
      ({ sdk, client }, pass) => client.send(new sdk.ListObjectsV2Command(page), pass),
    )
    // the page of any server can be read as a listing of nothing
    if (Name === undefined && Contents === undefined) {
      const message = `what answers at ${connection.endpoint} is no S3 store: check the endpoint`
      throw new Problem('store_refused', message)
    }
    token = IsTruncated === true ? NextContinuationToken : undefined
    const objects = (Contents ?? []).flatMap(({ Key, Size }) =>
      Key === undefined ? [] : [{ key: connection.shortKey(Key), size: Size ?? 0 }],
    )
    yield { objects, isLast: token === undefined }
  } while (token !== undefined)
}

/** The same, one by one. */
export async function* listObjects(connection: Connection, prefix: string): AsyncGenerator<StoredObject> {
  for await (const { objects } of listPages(connection, prefix)) yield* objects
}
