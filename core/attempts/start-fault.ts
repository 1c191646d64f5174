import { Problem } from '#core/base/problem.ts'

/** The Problem that a system error at the start of a command stands for, whatever the runtime; undefined for others. */
export function startFault(code: string | undefined, cause: unknown): Problem | undefined {
  switch (code) {
    case 'E2BIG':
      return new Problem(
        'value_too_large',
        'the command and its environment are larger than the system takes: pass long values in files',
        { cause },
      )
    case 'EAGAIN':
    case 'ENOMEM':
    case 'EMFILE':
    case 'ENFILE':
      return new Problem(
        'system_busy',
        'the system is out of processes, memory or open files: lower the parallelism, or raise its limits',
        { cause },
      )
    default:
      return undefined
  }
}
