/** Where everything of a run lies in the bucket; `run` may also be Argo's `{{workflow.name}}`. */

export function outputKey(run: string, step: string, output: string, item: number | string | null): string {
  return `runs/${run}/${step}/${output}${item === null ? '' : `/${item}`}`
}

/** The records of an attempt that ended well; of a whole fan-out, whose items lie below, where `item` is null. */
export function recordsKey(run: string, step: string, item: number | string | null): string {
  return item === null ? `runs/${run}/.outputs/${step}.json` : `runs/${run}/.outputs/${step}/${item}.json`
}

/** Where the records of all items of a fan-out lie. */
export function recordsPrefix(run: string, step: string): string {
  return `runs/${run}/.outputs/${step}`
}

/** What an attempt tells of its end; attempts count from 1. */
export function endKey(run: string, step: string, item: number | string | null, attempt: number | string): string {
  return `runs/${run}/.attempts/${step}/${item === null ? '' : `${item}/`}${attempt}.json`
}

export function codeKey(digest: string): string {
  return `code/${digest}.tar.gz`
}

export function blobKey(sha256: string): string {
  return `blobs/${sha256}`
}

/** Where the files of a folder lie, by their paths. */
export function treeKey(sha256: string): string {
  return `trees/${sha256}`
}

export function cacheKey(stepKey: string): string {
  return `cache/${stepKey}.json`
}
