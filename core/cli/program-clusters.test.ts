import { expect, test } from 'vitest'
import { buildProgram } from './program.ts'

const program = buildProgram({ exitCode: 0, file: undefined }, '0.0.0')
const verbs = program.commands.find((it) => it.name() === 'cluster')?.commands ?? []

test('the group cluster has its verbs', () => {
  const words =
    'check create list status start stop upgrade delete retry cancel logs events images image-delete load kubeconfig shell adopt install'
  expect(verbs.map((verb) => verb.name()).toSorted()).toEqual(words.split(' ').toSorted())
})

test.each(verbs.map((verb) => [verb.name(), verb] as const))(
  '%s has examples that call it, and --json',
  (name, verb) => {
    let help = ''
    verb.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
    expect(help).toMatch(new RegExp(`\nExamples:\n(?: {2}\\$ .*\n)*? {2}\\$ .*minisub cluster ${name}`))
    // The output of a shell is its own.
    if (name !== 'shell') expect(help).toContain('--json')
  },
)
