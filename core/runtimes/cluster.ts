/** The contract of a connection to a Kubernetes cluster: what the rest of the core asks of it. */

/** Which file, context and namespace a connection is made of. */
export type ClusterAddress = {
  /** Absolute paths; the first that defines a name wins. */
  readonly kubeconfig: readonly string[]
  readonly context: string
  readonly namespace: string
}

/** An object of the API as it comes: plain JSON. */
export type KubeObject = {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly creationTimestamp?: string
    /** Counts changes of what was asked for, from 1. */
    readonly generation?: number
    readonly deletionTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly object[]
  }
  readonly [field: string]: unknown
}

/**
 * A kind of objects by its place in the API, such as `{ path: '/api/v1', plural: 'pods' }` or
 * `{ path: '/apis/argoproj.io/v1alpha1', plural: 'workflows' }`.
 */
export type Resource = { readonly path: string; readonly plural: string }

export type CallOptions = {
  readonly signal?: AbortSignal | undefined
  /** Until the whole answer is there; 30 s where absent. */
  readonly timeoutMs?: number
}

export type ListOptions = CallOptions & { readonly labelSelector?: string; readonly fieldSelector?: string }

export type LogOptions = CallOptions & {
  readonly container: string
  readonly follow: boolean
  readonly sinceSeconds?: number
  /** The last so many lines alone. */
  readonly tailLines?: number
  /** Of the pod; that of the connection where absent. */
  readonly namespace?: string
}

export type ApplyOptions = CallOptions & {
  /** As whom fields are set; `mini-submarine` where absent. */
  readonly fieldManager?: string
  readonly force?: boolean
  readonly dryRun?: boolean
}

/** What a watch tells. `synced` comes after each full list: objects that it did not name are gone. */
export type WatchEvent =
  | { readonly kind: 'put'; readonly object: KubeObject }
  | { readonly kind: 'gone'; readonly name: string }
  | { readonly kind: 'synced'; readonly names: ReadonlySet<string> }
  /** Since then nothing comes; it goes on by itself. `connected` follows when it is back. */
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'connected' }

/**
 * One connection to one namespace of a cluster. Every call throws a Problem: `cluster_unreachable` (3 s without a
 * connection), `cluster_unauthorized` (after credentials were renewed once), `cluster_forbidden` with the right that is
 * missing in its message, `cluster_config` for a kubeconfig that cannot be used, `not_found`, `conflict`,
 * `cluster_refused` with the cluster's own words for all else; or the reason of its signal.
 */
export type Cluster = AsyncDisposable & {
  readonly namespace: string
  /** `v1.34.10`. */
  version(): Promise<string>
  /** Any path of the API, for what the others do not cover. */
  call(method: 'GET' | 'POST', path: string, body?: object, options?: CallOptions): Promise<unknown>
  get(resource: Resource, name: string, options?: CallOptions): Promise<KubeObject>
  /** Of the namespace; page by page. */
  list(resource: Resource, options?: ListOptions): Promise<KubeObject[]>
  create(resource: Resource, object: object, options?: CallOptions & { readonly dryRun?: boolean }): Promise<KubeObject>
  /** JSON merge patch. */
  patch(resource: Resource, name: string, patch: object, options?: CallOptions): Promise<KubeObject>
  /**
   * Server-side apply of a whole object at its own path, such as `/api/v1/namespaces/ml/configmaps/a`: makes it, or sets
   * the fields that it names; those that an earlier apply named and it does not are removed. Fields that somebody else
   * set make it throw Problem `conflict`, unless `force` takes them over.
   */
  apply(path: string, object: KubeObject, options?: ApplyOptions): Promise<KubeObject>
  /**
   * False where it was not there. What it owns goes with it, unless `orphan` lets that stay. `unchanged`: as it was read;
   * where it is another one by now, or was changed since, Problem `conflict` and nothing is deleted.
   */
  delete(
    resource: Resource,
    name: string,
    options?: CallOptions & {
      readonly graceSeconds?: number
      readonly orphan?: boolean
      readonly unchanged?: KubeObject
    },
  ): Promise<boolean>
  deleteAll(resource: Resource, options: ListOptions & { readonly graceSeconds?: number }): Promise<void>
  /**
   * Lists, then watches, for ever: ends that the server makes, 410 Gone, lost connections and new credentials are healed
   * by it, with growing pauses of at most 30 s. One connection. `onEvent` is called one at a time. Returns the end.
   */
  watch(
    resource: Resource,
    options: { readonly labelSelector?: string; readonly fieldSelector?: string },
    onEvent: (event: WatchEvent) => void,
  ): () => void
  /**
   * The log of a container as bytes, from its beginning or from a time on. With `follow` until the container ends.
   * A connection that breaks makes it throw `cluster_unreachable`; whoever follows begins again.
   */
  log(pod: string, options: LogOptions): AsyncIterable<Uint8Array>
}
