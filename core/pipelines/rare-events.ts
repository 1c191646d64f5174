/** The kinds that an index finds, in the words of that index. */
export const RARE =
  "kind IN ('step.expanded', 'environment.building', 'environment.ready', 'run.cancelling', 'run.draining', 'run.submitted', 'run.connection')"
export type RareKind =
  | 'step.expanded'
  | 'environment.building'
  | 'environment.ready'
  | 'run.cancelling'
  | 'run.draining'
  | 'run.submitted'
  | 'run.connection'
