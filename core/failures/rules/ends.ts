import type { FailureRule } from '../rule.ts'

/** What an exit code or a signal alone tells, where nothing tells more. */
export const ENDS: readonly FailureRule[] = [
  {
    id: 'illegal-instruction',
    exits: [132],
    sentence: 'The program used an instruction that the processor does not have (SIGILL).',
    cause: 'Likely it was built for a newer processor, such as one with AVX, or runs in an emulation.',
    fix: 'Take a build for this processor, or another machine.',
  },
  {
    id: 'aborted',
    exits: [134],
    sentence: 'The program gave up by itself (SIGABRT).',
    cause: 'A check in native code failed, and its last lines mostly say which.',
    fix: 'Look at the end of the log; set PYTHONFAULTHANDLER: "1" in env to see where Python was.',
  },
  {
    id: 'bus-error',
    exits: [135],
    sentence: 'The program touched memory that is not there (SIGBUS).',
    cause: 'Likely shared memory or the disk is full, or a file that it had mapped was cut.',
    fix: 'Raise resources.shm of the step, look at the free disk, or start fewer workers.',
  },
  {
    id: 'arithmetic',
    exits: [136],
    sentence: 'The program did an impossible calculation in native code (SIGFPE).',
    cause: 'Likely a whole number was divided by zero.',
    fix: 'Set PYTHONFAULTHANDLER: "1" in env to see where Python was.',
  },
  {
    id: 'killed',
    exits: [137],
    sentence: 'The program was killed (SIGKILL).',
    cause:
      'Likely memory ran out and the system ended it; nobody told that it did, and anybody with rights may kill a process.',
    fix: 'Look at the peak memory of the step, raise resources.memory, or let it use less.',
  },
  {
    id: 'segmentation-fault',
    exits: [139],
    sentence: 'The program crashed in native code (SIGSEGV).',
    cause: 'Likely a library is broken, or two of them do not fit each other: it is no error of Python code alone.',
    fix: 'Set PYTHONFAULTHANDLER: "1" in env to see where Python was, and compare versions of the native packages.',
  },
  {
    id: 'interrupted',
    exits: [130],
    sentence: 'The program was interrupted (SIGINT).',
    cause: 'Something sent it what Ctrl-C sends.',
    fix: 'Run again, or look for who stopped it.',
  },
  {
    id: 'terminated',
    exits: [143],
    sentence: 'The program was asked to end (SIGTERM).',
    cause: 'Something outside, or a program that it runs under, stopped it; it was neither its timeout nor a cancel.',
    fix: 'Run again, or look for who stopped it: timeout(1) in a script, a system that goes down.',
  },
  {
    id: 'not-executable-inside',
    exits: [126],
    sentence: 'The command of the step calls something that cannot be executed (exit code 126).',
    cause: 'Its file has no mode x, is a folder, or is no program.',
    fix: 'Set its mode with chmod +x, or name its interpreter first.',
  },
  {
    id: 'command-missing-somewhere',
    exits: [127],
    sentence: 'The command of the step calls something that is not there (exit code 127).',
    cause: 'By custom a shell ends so when it finds no program of a name; the log mostly says which.',
    fix: 'Add it to the packages or the image of the environment, or correct its name.',
  },
]
