import type { Case, Spec } from '#core/conformance/case.ts'
import { put, py, sh } from './steps.ts'

const group = 'outputs'

/** A step that leaves something else than it declares. */
function refused(name: string, description: string, { step, trace }: { step: object; trace: string }): Case {
  const spec: Spec = { steps: { bad: step, below: sh('exit 0', { needs: ['bad'] }) } }
  return {
    name,
    group,
    description,
    spec,
    scenario: [
      {
        act: 'run',
        expected: { status: 'failed', trace: [trace, 'below skipped: skipped (needs bad succeeded, it was failed)'] },
      },
    ],
  }
}

/** What is refused of what steps leave. */
export const refusedOutputCases: readonly Case[] = [
  refused('output-missing', 'A declared output that is not there fails the step', {
    step: sh('exit 0', { outputs: { n: { type: 'integer' } } }),
    trace:
      'bad failed: #1 > started > failed 0 output_missing (the step ended without output "n": write its JSON, a value of type integer, to $MINISUB_OUTPUTS/n)',
  }),
  refused('output-wrong-type', 'A value of another type than declared fails the step', {
    step: sh(put('n', '"5"'), { outputs: { n: { type: 'integer' } } }),
    trace:
      'bad failed: #1 > started > failed 0 output_invalid (output "n": expected an integer, found "5": correct what the step writes to $MINISUB_OUTPUTS/n)',
  }),
  refused('output-no-json', 'A value that is no JSON fails the step', {
    step: sh(put('l', '[1,'), { outputs: { l: { type: 'list' } } }),
    trace:
      'bad failed: #1 > started > failed 0 output_invalid (output "l": expected JSON, found the end of the text: correct what the step writes to $MINISUB_OUTPUTS/l)',
  }),
  refused('output-folder-for-file', 'A folder where a file is declared fails the step, and every fault is named', {
    step: sh('mkdir "$MINISUB_OUTPUTS/f"; touch "$MINISUB_OUTPUTS/d"', {
      outputs: { f: { type: 'file' }, d: { type: 'folder' } },
    }),
    trace:
      'bad failed: #1 > started > failed 0 output_invalid (output "f": expected a file, found a folder: correct what the step writes to $MINISUB_OUTPUTS/f; output "d": expected a folder, found a file: correct what the step writes to $MINISUB_OUTPUTS/d)',
  }),
  refused('output-oversized', 'A value of more than 32 KiB fails the step', {
    step: py('import os; open(os.environ["MINISUB_OUTPUTS"] + "/s", "w").write("x" * 32769)', {
      outputs: { s: { type: 'string' } },
    }),
    trace:
      'bad failed: #1 > started > failed 0 output_too_large (output "s" is 32769 bytes long, more than the 32768 of a parameter output: declare it as {type: file})',
  }),
  refused('output-symlink', 'A symbolic link as an output fails the step, wherever it leads', {
    step: sh('echo x > "$MINISUB_OUTPUTS/real"; ln -s real "$MINISUB_OUTPUTS/f"', { outputs: { f: { type: 'file' } } }),
    trace:
      'bad failed: #1 > started > failed 0 output_symlink (output "f" is a symbolic link, which would lead nowhere on another machine: write the file itself)',
  }),
  refused('output-symlink-in-folder', 'A symbolic link in a folder output fails the step', {
    step: sh(
      'mkdir "$MINISUB_OUTPUTS/d" && echo x > "$MINISUB_OUTPUTS/d/a" && ln -s /etc/passwd "$MINISUB_OUTPUTS/d/b"',
      {
        outputs: { d: { type: 'folder' } },
      },
    ),
    trace:
      'bad failed: #1 > started > failed 0 output_symlink (output "d" holds b, a symbolic link, which would lead nowhere on another machine: write the file itself)',
  }),
]
