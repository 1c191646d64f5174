import type { Pair } from '#core/tracking/index.ts'

/**
 * What the program of a pipeline's step may touch. It `owns` its own run, the runs that it made and the models that they
 * logged; it `sees` all of its experiment, and registered models. Paths are those that `artifactPath` makes.
 */
export type StepScope = {
  /** The tracked run of the step. */
  readonly run: string
  /** The id of its experiment, and the name. */
  readonly experiment: string
  readonly experimentName: string
  /** Throws Problem `forbidden` where its pipeline run is over: its program may do nothing more. */
  checkOpen(): void
  owns(run: string): boolean
  sees(run: string): boolean
  ownsModel(model: string): boolean
  seesModel(model: string): boolean
  ownsPath(path: string): boolean
  seesPath(path: string): boolean
  /** The experiment of a trace; undefined where there is none. */
  traceExperiment(trace: string): string | undefined
  /** A run that is not there yet will be the step's. Queued: done before what is queued after it. */
  noteRun(run: string): Promise<void>
  /** Parameters of its own run that the core made of an item's values give way to those. Queued likewise. */
  giveWay(params: readonly Pair[]): Promise<void>
}
