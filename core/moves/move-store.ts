import type { Store } from '#core/store/index.ts'
import type { Move } from './move.ts'

type Raw = Omit<Move, 'wasOver' | 'problem'> & { readonly wasOver: number; readonly problem: string | null }

const MOVE = `SELECT run, source, target, mode, new_run AS newRun, parallelism, was_over AS wasOver, state, problem,
  created_by AS createdBy, created_at AS createdAt, finished_at AS finishedAt FROM moves`

/** All SQL of moves. */
export type MoveStore = {
  insert(move: Move): void
  /** Whether a run, or a move of one, has this id. */
  isTaken(newRun: string): boolean
  /** Nothing is waited for any more. */
  hurry(newRun: string): void
  /** Writes how far it is. */
  update(move: Move): void
  /** Of a run the one that was asked for last. */
  latest(run: string): Move | undefined
  /** Those that have not ended, oldest first. */
  open(): Move[]
}

export function moveStore({ db }: Pick<Store, 'db'>): MoveStore {
  const insert =
    db.prepare(`INSERT INTO moves (new_run, project, created_by, run, source, target, mode, parallelism, was_over,
      state, problem, created_at, finished_at)
    VALUES (@newRun, 'default', @createdBy, @run, @source, @target, @mode, @parallelism, @wasOver,
      @state, @problem, @createdAt, @finishedAt)`)
  const update = db.prepare(
    'UPDATE moves SET state = @state, problem = @problem, finished_at = @finishedAt WHERE new_run = @newRun',
  )
  const latest = db.prepare<[string], Raw>(`${MOVE} WHERE run = ? ORDER BY created_at DESC, new_run DESC LIMIT 1`)
  const open = db.prepare<[], Raw>(`${MOVE} WHERE finished_at IS NULL ORDER BY created_at, new_run`)
  const taken = db.prepare(
    'SELECT 1 FROM moves WHERE new_run = @id UNION ALL SELECT 1 FROM runs WHERE id = @id LIMIT 1',
  )
  const hurry = db.prepare("UPDATE moves SET mode = 'now' WHERE new_run = ?")
  return {
    insert: (move) => void insert.run(rawOf(move)),
    isTaken: (newRun) => taken.get({ id: newRun }) !== undefined,
    hurry: (newRun) => void hurry.run(newRun),
    update(move) {
      const { state, problem, finishedAt, newRun } = rawOf(move)
      update.run({ state, problem, finishedAt, newRun })
    },
    latest(run) {
      const raw = latest.get(run)
      return raw === undefined ? undefined : moveOf(raw)
    },
    open: () => open.all().map(moveOf),
  }
}

function rawOf({ wasOver, problem, ...move }: Move): Raw {
  return { ...move, wasOver: Number(wasOver), problem: problem === null ? null : JSON.stringify(problem) }
}

function moveOf({ wasOver, problem, ...raw }: Raw): Move {
  const known = problem === null ? null : (JSON.parse(problem) as NonNullable<Move['problem']>)
  return { ...raw, wasOver: wasOver === 1, problem: known }
}
