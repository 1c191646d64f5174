import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Problem, type Issue, type Place } from '#core/base/problem.ts'
import { readJson } from '#core/contract/read-json.ts'
import { isSettingKey, settingFault } from '#core/contract/settings.ts'
import { systemCode, writeError } from '#core/files/index.ts'

/** What a file of settings holds, keys of other versions included. */
export type SettingsFile = Readonly<Record<string, unknown>>

/**
 * Reads a file of settings; one that is missing holds nothing. Throws Problem `settings_invalid` with the line of what
 * is wrong, or `home_unwritable` where it cannot be read.
 */
export function readSettings(file: string): SettingsFile {
  const text = readIfThere(file)
  const content = parse(file, text)
  const issues = Object.entries(content).flatMap(([key, held]) => faultsOf(text, key, held))
  if (issues.length > 0) throw invalid(file, issues)
  return content
}

/** The same without a look at the values, so that a wrong one can be replaced. */
export function readUnchecked(file: string): SettingsFile {
  return parse(file, readIfThere(file))
}

function parse(file: string, text: string): SettingsFile {
  if (text.trim() === '') return {}
  const json = readJson(text)
  if (json.fault !== undefined) {
    throw invalid(file, [{ code: 'settings_invalid', message: `${json.fault} is no JSON here: correct it` }])
  }
  const { value } = json
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalid(file, [{ code: 'settings_invalid', message: 'it is no object: write {"docker.host": "…"}' }])
  }
  return Object.fromEntries(Object.entries(value))
}

/** Writes it whole or not at all, for its owner alone. Throws Problem `home_unwritable` or `disk_full`. */
export function writeSettings(file: string, content: SettingsFile): void {
  const draft = `${file}.${process.pid}.new`
  try {
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    const cause = writeError(error, file)
    if (cause instanceof Problem) throw cause
    throw new Problem('home_unwritable', `${file} cannot be written: make its folder writable`, { cause })
  }
}

function faultsOf(text: string, key: string, value: unknown): Issue[] {
  if (!isSettingKey(key)) return []
  const isPlain = typeof value === 'string' || typeof value === 'boolean'
  const fault = isPlain ? settingFault(key, String(value)) : 'use a text, true or false'
  if (fault === undefined) return []
  return [
    {
      code: 'invalid_value',
      message: `${key} is ${JSON.stringify(value)}: ${fault}`,
      path: key,
      place: placeOf(text, key),
    },
  ]
}

/** Where a key stands. */
function placeOf(text: string, key: string): Place {
  const before = text.slice(0, Math.max(0, text.indexOf(JSON.stringify(key)))).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

function invalid(file: string, issues: readonly Issue[]): Problem {
  const faults = issues.map(({ message, place }) => {
    const where = place === undefined ? file : `${file}:${place.line}:${place.column}`
    return `${where}: ${message}`
  })
  return new Problem('settings_invalid', `the settings are not valid: ${faults.join('; ')}`, { path: file, issues })
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return ''
    throw new Problem('home_unwritable', `${file} cannot be read: make it readable for yourself`, { cause })
  }
}
