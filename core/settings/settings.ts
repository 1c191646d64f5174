import { join } from 'node:path'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import {
  isSettingKey,
  SETTINGS,
  settingFault,
  settingVariable,
  type SettingKey,
  type SettingsView,
  type SettingValue,
  type SettingView,
} from '#core/contract/settings.ts'
import { readSettings, readUnchecked, writeSettings, type SettingsFile } from './settings-file.ts'

/**
 * The settings of a data folder. Each call reads the file anew, so what was written by hand counts at once. Every call
 * throws Problem `settings_invalid` where the file is broken, and `invalid_value` where a variable is.
 */
export type Settings = {
  /** What counts now: the variable of this process, else the file, else the default. */
  get<Key extends SettingKey>(key: Key): SettingValue<Key>
  /** Every setting, in the order of the table. */
  list(): SettingsView
  /** Sets one in the file. Throws Problem `unknown_setting`, `invalid_value`, `home_unwritable` or `disk_full`. */
  set(key: string, text: string): SettingView
  /** Takes one out of the file; one that is not in it stays so. Throws as `set` does. */
  unset(key: string): SettingView
  /** Calls back after each change that was made by `set` or `unset`; the result ends that. */
  onChange(listener: () => void): () => void
}

type Environment = Readonly<Record<string, string | undefined>>

/** Opens the settings of a data folder, which are in `<home>/settings.json`. Reads nothing yet. */
export function openSettings(home: string, environment: Environment = process.env): Settings {
  const file = join(home, 'settings.json')
  const listeners = new Set<() => void>()
  const change = (key: string, edit: (content: SettingsFile, known: SettingKey) => SettingsFile): SettingView => {
    const known = knownKey(key)
    const content = edit(readUnchecked(file), known)
    writeSettings(file, content)
    for (const listener of listeners) listener()
    return viewOf(known, content, environment)
  }
  return {
    get: <Key extends SettingKey>(key: Key): SettingValue<Key> => {
      // a variable counts whatever the file holds
      const value = overrideOf(key, environment) ?? viewOf(key, readSettings(file), environment).value
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the check of the table holds its type
      return value as SettingValue<Key>
    },
    list: () => listOf(file, environment),
    set: (key, text) => change(key, (content, known) => ({ ...content, [known]: valueOf(known, text) })),
    unset: (key) =>
      change(key, (content, known) => Object.fromEntries(Object.entries(content).filter(([name]) => name !== known))),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function listOf(file: string, environment: Environment): SettingsView {
  const content = readSettings(file)
  const keys = Object.keys(SETTINGS).filter(isSettingKey)
  const unknown = Object.keys(content).filter((key) => !isSettingKey(key))
  return {
    settings: keys.map((key) => viewOf(key, content, environment)),
    file,
    warnings: unknown.map((key) => `there is no setting "${key}" in this version${didYouMean(key, keys)}`),
  }
}

function viewOf(key: SettingKey, content: SettingsFile, environment: Environment): SettingView {
  const { type, description, default: standard } = SETTINGS[key]
  const shared = { key, type, default: standard, description, variable: settingVariable(key) }
  const given = overrideOf(key, environment)
  if (given !== undefined) return { ...shared, value: given, source: 'variable' }
  const held = content[key]
  // others than these are refused when the file is read
  const isHeld = typeof held === 'string' || typeof held === 'boolean'
  if (!isHeld) return { ...shared, value: standard, source: 'default' }
  return { ...shared, value: valueOf(key, String(held)), source: 'file' }
}

/** What the environment says; undefined where it says nothing. */
function overrideOf(key: SettingKey, environment: Environment): string | boolean | undefined {
  const variable = settingVariable(key)
  const given = environment[variable] ?? ''
  return given === '' ? undefined : valueOf(key, given, `the variable ${variable}`)
}

/** The value that a text stands for. Throws Problem `invalid_value`. */
function valueOf(key: SettingKey, text: string, name: string = key): string | boolean {
  const fault = settingFault(key, text)
  if (fault !== undefined) throw new Problem('invalid_value', `${name} cannot be "${text}": ${fault}`, { path: key })
  return SETTINGS[key].type === 'boolean' ? text === 'true' : text
}

function knownKey(key: string): SettingKey {
  if (isSettingKey(key)) return key
  throw new Problem('unknown_setting', `there is no setting "${key}"${didYouMean(key, Object.keys(SETTINGS))}`)
}
