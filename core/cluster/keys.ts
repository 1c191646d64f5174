/** Where everything of a run lies in the bucket; `run` may also be Argo's `{{workflow.name}}`. */

/** A step run; of a fan-out as a whole where `item` is null, or where Argo fills it in. */
export type Place = { readonly run: string; readonly step: string; readonly item: number | string | null }

export function outputKey({ run, step, item }: Place, output: string): string {
  return `runs/${run}/${step}/${output}${item === null ? '' : `/${item}`}`
}

/** The records of an attempt that ended well; of a fan-out as a whole what its items lie below. */
export function recordsKey({ run, step, item }: Place): string {
  return item === null ? `runs/${run}/.outputs/${step}.json` : `runs/${run}/.outputs/${step}/${item}.json`
}

/** Where the records of all items of a fan-out lie. */
export function recordsPrefix(run: string, step: string): string {
  return `runs/${run}/.outputs/${step}`
}

/** What an attempt tells of its end; attempts count from 1. */
export function endKey({ run, step, item }: Place, attempt: number | string): string {
  return `runs/${run}/.attempts/${step}/${item === null ? '' : `${item}/`}${attempt}.json`
}

/** What an attempt has tracked, as a folder of TRACKING_FILES. */
export function trackingKey({ run, step, item }: Place, attempt: number | string): string {
  return `runs/${run}/.tracking/${step}/${item === null ? '' : `${item}/`}${attempt}`
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

/** Below it lie the records of all pushes. */
export const PUSHED = 'pushed/'

/** All that the bucket holds of pushes of a pipeline lies below it. */
export function pushedPrefix(pipeline: string): string {
  return `${PUSHED}${pipeline}/`
}

/** What a push consists of. */
export function pushRecordKey(pipeline: string, template: string): string {
  return `${pushedPrefix(pipeline)}${template}.json`
}

/** Below it each namespace that has a pipeline of this bucket leaves a mark: several may share what is in it. */
export function pushMarks(pipeline: string): string {
  return `${pushedPrefix(pipeline)}.at/`
}

/** Below it lies what is about to be removed from the bucket. */
export const REMOVALS = 'removals/'
