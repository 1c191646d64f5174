import type { Progress } from '#core/pipelines/index.ts'
import type { CronPreview, OccurrenceView, ScheduleDraft, ScheduleView } from '#core/contract/schedules.ts'

/** What the server, and so every client, can ask of schedules. A schedule goes by its name or its id. */
export type ScheduleService = {
  /** In the order of their names. */
  list(): ScheduleView[]
  /** Checks everything that can be checked now, the document and its parameters too. Writes nothing on a Problem. */
  create(draft: ScheduleDraft, progress?: Progress): Promise<ScheduleView>
  /** Makes one in place of another of that name, at once: a kill leaves one of both. It is paused where that one was. */
  replace(schedule: string, draft: ScheduleDraft, progress?: Progress): Promise<ScheduleView>
  /**
   * Freezes what a cluster starts for a schedule anew, and gives it to the cluster. Throws Problem `not_supported` for one
   * that this machine starts, and what `start` of a run would.
   */
  sync(schedule: string, progress?: Progress): Promise<ScheduleView>
  /** Waits a while for the cluster of a schedule to have been told of it; others are there at once. */
  inCluster(schedule: string): Promise<ScheduleView>
  /** The next five times. Throws Problem `invalid_cron` or `invalid_time_zone`. */
  preview(cron: string, timeZone: string | undefined): CronPreview
  /** With its latest 100 occurrences, newest first. */
  show(schedule: string): ScheduleView & { readonly occurrences: OccurrenceView[] }
  pause(schedule: string): ScheduleView
  resume(schedule: string): ScheduleView
  delete(schedule: string): void
  /** Number of schedules that are not paused. */
  activeCount(): number
  /** Number of those that need this core: it starts their runs, or has to tell their cluster something still. */
  neededCount(): number
  /** Calls back when a schedule or an occurrence changed. Returns the end. */
  onChange(listener: () => void): () => void
}
