import type { FailureRule } from '../rule.ts'
import { withinCode } from './within-code.ts'

/** Commands that do not start, and programs that refuse how they are called. */
export const COMMANDS: readonly FailureRule[] = [
  {
    id: 'windows-line-ends',
    exits: [126, 127, 2],
    places: ['printed'],
    pattern:
      /\\r': (?:No such file or directory|command not found)|\$'\\r': command not found|\^M: bad interpreter|\r': No such file/,
    sentence: 'A script has line ends of Windows.',
    cause:
      'Its first line ends in an invisible character, which the system takes for a part of the name of the interpreter.',
    fix: 'Save it with line ends of Unix (sed -i "s/\\r$//" FILE), and write *.sh text eol=lf into .gitattributes.',
  },
  {
    id: 'wrong-architecture',
    places: ['told', 'printed'],
    pattern: /exec format error|is no program for this processor|rosetta error: |qemu-\w{1,20}: Could not open '\/lib/i,
    sentence: 'A program was built for another processor than the one that it runs on.',
    cause:
      'The system read its file and cannot run it: a file for amd64 on ARM or the other way round, or a script without its first line.',
    fix: 'Take the program, or the image, for this platform; give a script a first line such as #!/bin/sh.',
  },
  {
    id: 'interpreter-missing',
    places: ['told', 'printed'],
    pattern:
      /: bad interpreter: |\/env: ['‘]?(?<name>[\w.+-]{1,60})['’]?: No such file or directory|env: can't execute '(?<busybox>[\w.+-]{1,60})'|needs an interpreter or a loader that the image does not have/,
    sentence: 'The interpreter of a script is not there.',
    cause: 'Its first line names a program that this machine, or the image, does not have at that place.',
    fix: 'Write #!/usr/bin/env python3 (or sh) as its first line, or install what it names.',
  },
  {
    id: 'not-executable',
    places: ['told', 'printed'],
    pattern:
      /^"(?<name>[^"]{1,200})" (?:is not executable|is not a file|may not be executed)|^\S{1,60}: (?:line \d{1,6}: |\d{1,6}: )?(?<file>[^:]{1,200}): Permission denied$/,
    facts: ({ groups: { name, file }, evidence: { exitCode, code } }) =>
      exitCode === 126 || code === 'command_not_found' ? { file: name ?? file ?? '' } : undefined,
    sentence: 'The program {file} may not be executed.',
    cause: 'Its file is there and has no mode x, or it is no program.',
    fix: 'Set its mode with chmod +x (and git update-index --chmod=+x), or name its interpreter first, such as [python, {file}].',
  },
  {
    id: 'command-missing',
    codes: ['command_not_found'],
    places: ['told'],
    pattern: /^"(?<name>[^"]{1,200})" (?:is in no folder of PATH|does not exist)/,
    sentence: 'The command of the step, {name}, is not there.',
    cause:
      'A name is looked for in the folders of PATH in the environment of the step; a path counts from the folder of the code.',
    fix: 'Correct it, add what brings it to the packages or the image of the environment, or look whether .gitignore keeps it out of the code.',
  },
  {
    id: 'command-missing-inside',
    exits: [127],
    places: ['printed'],
    pattern:
      /^(?:\S{1,200}: )?(?:line \d{1,6}: |\d{1,6}: )?(?<name>[^\s:]{1,200}): (?:command )?not found$|: line \d{1,6}: (?<path>[^\s:]{1,200}): No such file or directory$/,
    facts: ({ groups: { name, path } }) => ({ name: name ?? path ?? '' }),
    sentence: 'The command of the step calls {name}, which is not there.',
    cause:
      'It is in no folder of PATH in the environment of the step; what is installed on a laptop is not in an image.',
    fix: 'Add what brings {name} to the packages or the image of the environment, or correct the name.',
  },
  {
    id: 'glibc-too-old',
    places: ['printed', 'raised'],
    pattern: /version [`'](?<wanted>GLIBC(?:XX)?_[\d.]{1,20})' not found/,
    sentence: 'A program or library wants a newer system than the one that it runs on.',
    cause: 'It was built against {wanted}, which the C library of this machine or image does not have.',
    fix: 'Take an image with a newer system, such as a newer Debian, or a version of the program that was built for this one.',
  },
  {
    id: 'script-missing',
    exits: [2],
    places: ['printed'],
    pattern: /can't open file '(?<file>[^']{1,300})': \[Errno 2\] No such file or directory/,
    facts: ({ groups: { file = '' }, evidence: { codeFolder } }) => ({ file: withinCode(file, codeFolder) }),
    sentence: 'Python found no file {file} to run.',
    cause:
      'It is not in the code of the run: it has another name, is in another folder, or .gitignore or .minisubignore keeps it out.',
    fix: 'Correct the name in the command, or take it out of the ignore file.',
  },
  {
    id: 'python-module-not-run',
    exits: [1],
    places: ['printed'],
    pattern:
      /^\S{0,200}python[\d.]{0,8}: (?:No module named (?<module>[\w.]{1,120})|Error while finding module specification for '(?<spec>[\w.]{1,120})')/,
    facts: ({ groups: { module, spec } }) => ({ module: module ?? spec ?? '' }),
    sentence: 'Python has no module {module} to run.',
    cause: 'The environment of the step does not bring it.',
    fix: 'Add it to the packages of the environment, then run again.',
  },
  {
    id: 'wrong-arguments',
    exits: [2],
    places: ['printed'],
    pattern:
      /^(?<program>[\w./-]{1,120}): error: (?<fault>(?:unrecognized arguments|the following arguments are required|argument |invalid choice|ambiguous option|one of the arguments).{0,300})|^Error: (?<click>(?:No such option|Missing (?:option|argument|parameter)|Invalid value|Got unexpected extra argument|Option ).{0,300})/,
    facts: ({ groups: { program, fault, click } }) => ({ program: program ?? 'It', fault: fault ?? click ?? '' }),
    sentence: 'The program does not take its arguments.',
    cause: '{program} says: {fault}',
    fix: 'Compare command of the step with what the program declares; minisub why shows the command as it was called.',
  },
  {
    id: 'variable-unset',
    places: ['printed'],
    pattern: /: (?:line \d{1,6}: |\d{1,6}: )?(?<name>[A-Za-z_]\w{0,100}): (?:unbound variable|parameter not set)$/,
    sentence: 'A script needs the variable {name}, which is not set.',
    cause: 'A step sees only what it declares, not the variables of your shell.',
    fix: 'Add {name} to env of the step, or to its secrets where it is one.',
  },
  {
    id: 'pip-offline',
    places: ['printed'],
    pattern: /Could not find a version that satisfies the requirement (?<name>[^\s(]{1,100}) \(from versions: none\)/,
    facts: ({ evidence: { log } }) => {
      const isOffline = log
        .slice(-60)
        .some(({ text }) => /NewConnectionError|NameResolutionError|ConnectTimeoutError/.test(text))
      return isOffline ? {} : undefined
    },
    sentence: 'The program pip could not reach the package index to install {name}.',
    cause: 'It says that there is no version, since it could ask nobody: the lines before tell of the connection.',
    fix: 'Put {name} into the packages of the environment, which are installed before the step, or let the step reach the index.',
  },
  {
    id: 'pip-install',
    places: ['printed'],
    pattern:
      /No matching distribution found for (?<name>[^\s(]{1,100})|Could not find a version that satisfies the requirement (?<wanted>[^\s(]{1,100})|(?<managed>externally-managed-environment)/,
    facts: ({ groups: { name, wanted } }) => ({ name: name ?? wanted ?? 'packages' }),
    sentence: 'The step installs {name} with pip, and that failed.',
    cause: 'There is no version that fits this Python and platform, or this Python may not be changed.',
    fix: 'Put it into the packages of the environment instead: it is locked, installed once, and the same everywhere.',
  },
  {
    id: 'git-repository-missing',
    places: ['printed', 'raised'],
    pattern: /not a git repository|InvalidGitRepositoryError|detected dubious ownership in repository/,
    // Many a tool asks and goes on without.
    facts: ({ raised, evidence: { exitCode } }) => (raised !== undefined || exitCode === 128 ? {} : undefined),
    sentence: 'The program asks git about its folder, which is no repository.',
    cause: 'A step works in a copy of the code without .git.',
    fix: 'Give it what it asks for, such as the commit, as a parameter or by env of the step.',
  },
  {
    id: 'git-login',
    places: ['printed'],
    pattern:
      /could not read (?:Username|Password) for|Host key verification failed|Permission denied \(publickey|Authentication failed for 'http/,
    sentence: 'The program git may not read the repository that the step asks for.',
    cause: 'It is private, and the step has no login: neither keys nor credential helpers of your account are there.',
    fix: 'Give the step a token by its secrets, or take what it clones into the code folder or the environment.',
  },
]
