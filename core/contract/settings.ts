import { z } from 'zod'

/** One setting as data: the core, the CLI and the page are made from the table below. */
type SettingEntry = {
  readonly type: 'text' | 'boolean'
  readonly default: string | boolean
  readonly description: string
  /** The only texts that it takes. */
  readonly choices?: readonly string[]
  /** What is wrong with a text and how to put it right; undefined where nothing is. */
  readonly check?: (text: string) => string | undefined
}

/** Every setting of a data folder. An empty text means that the core decides, as the description says. */
export const SETTINGS = {
  'docker.host': {
    type: 'text',
    default: '',
    description: 'Address of the container engine; empty: DOCKER_HOST, the Docker context, or a usual socket',
    check: checkHost,
  },
  'docker.pythonBaseImage': {
    type: 'text',
    default: 'python:<version>-slim',
    description: 'Image that images of Python environments are built on; <version> stands for 3.12 and the like',
    check: checkBaseImage,
  },
  'docker.defaultImage': {
    type: 'text',
    default: '',
    description: 'Image of steps without an environment; empty: python:<version>-slim of the Python of this machine',
    check: checkImage,
  },
  'docker.buildNetwork': {
    type: 'text',
    default: '',
    description: 'Network of image builds, such as host; empty: the default of the engine',
    check: checkNetwork,
  },
  'docker.buildProxies': {
    type: 'boolean',
    default: true,
    description:
      'Whether image builds get the proxies of this machine (HTTP_PROXY and the like); images do not keep them',
  },
  'docker.buildCertificates': {
    type: 'text',
    default: '',
    description:
      'CA certificates that image builds trust: a PEM file, or host for those of this machine; empty: those pip is told of',
    check: checkCertificates,
  },
  'cluster.nodeImage': {
    type: 'text',
    default: '',
    description: 'Image of the nodes of local clusters; empty: the pinned one of this version',
    check: checkImage,
  },
  'cluster.kindMirror': {
    type: 'text',
    default: '',
    description:
      'Address that kind is downloaded from, such as https://mirror.example/kind; empty: its releases on GitHub',
    check: checkMirror,
  },
  'secrets.keychain': {
    type: 'boolean',
    default: true,
    description:
      'Whether new secrets go into the keychain of the system, or are encrypted by the app; false: into the encrypted file',
  },
  'desktop.closing': {
    type: 'text',
    default: 'ask',
    description:
      'What the desktop app does with active runs when its last window is closed: ask, keep (they go on, the app stays in the tray) or quit',
    choices: ['ask', 'keep', 'quit'],
  },
  'desktop.notifications': {
    type: 'boolean',
    default: true,
    description: 'Whether the desktop app tells of runs that finished or failed while no window of it is in front',
  },
  'desktop.updates': {
    type: 'boolean',
    default: false,
    description: 'Whether the desktop app asks once a day whether there is a newer version',
  },
} as const satisfies Record<string, SettingEntry>

export type SettingKey = keyof typeof SETTINGS
/** A text or a boolean, as the table says. */
export type SettingValue<Key extends SettingKey> = (typeof SETTINGS)[Key]['type'] extends 'boolean' ? boolean : string

const value = z.union([z.string(), z.boolean()])

/** One setting with what counts now. */
export const SettingView = z.object({
  key: z.string(),
  type: z.enum(['text', 'boolean']),
  value,
  default: value,
  description: z.string(),
  /** Where the value is from: a variable of the core's environment wins over the file. */
  source: z.enum(['default', 'file', 'variable']),
  /** The name of that variable. */
  variable: z.string(),
})
export type SettingView = z.infer<typeof SettingView>

export const SettingsView = z.object({
  settings: z.array(SettingView),
  /** The file that they are kept in. */
  file: z.string(),
  /** What stands in the file and has no meaning here, in sentences. */
  warnings: z.array(z.string()),
})
export type SettingsView = z.infer<typeof SettingsView>

/** The variable that overrides a setting: `docker.pythonBaseImage` is MINISUB_DOCKER_PYTHON_BASE_IMAGE. */
export function settingVariable(key: SettingKey): string {
  return `MINISUB_${key.replaceAll('.', '_').replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`
}

/** Whether there is a setting of this name. */
export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}

const CONTROL = /[\p{Cc}\s]/u

/** What is wrong with a text as the value of a setting, in words with a fix; undefined where nothing is. */
export function settingFault(key: SettingKey, text: string): string | undefined {
  const entry: SettingEntry = SETTINGS[key]
  if (entry.type === 'boolean') return ['true', 'false'].includes(text) ? undefined : 'use true or false'
  if (text === '') return undefined
  const { choices } = entry
  if (choices !== undefined) return choices.includes(text) ? undefined : `use one of ${choices.join(', ')}`
  return entry.check?.(text)
}

/** The only texts that a setting takes; undefined where it takes others. */
export function settingChoices(key: SettingKey): readonly string[] | undefined {
  const entry: SettingEntry = SETTINGS[key]
  return entry.choices
}

function checkHost(text: string): string | undefined {
  const isAddress = /^(?:unix|npipe):\/\/.+|^(?:tcp|http|https|ssh):\/\/[^/]+/.test(text)
  return isAddress && !CONTROL.test(text)
    ? undefined
    : 'use an address such as unix:///var/run/docker.sock, tcp://engine:2376 or ssh://ada@engine'
}

function checkImage(text: string): string | undefined {
  const isName = /^[a-z0-9][a-z0-9._/:-]*(?:@sha256:[0-9a-f]{64})?$/i.test(text) && !/[:/]{2}|[:/]$/.test(text)
  return isName ? undefined : 'use the name of an image such as python:3.12-slim or registry.example:5000/team/base:1'
}

function checkMirror(text: string): string | undefined {
  const url = URL.canParse(text) && !CONTROL.test(text) ? new URL(text) : undefined
  const isPlain = url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  return isPlain
    ? undefined
    : 'use an address below which v0.30.0/kind-linux-amd64 lies, such as https://mirror.example/kind'
}

function checkBaseImage(text: string): string | undefined {
  if (!text.includes('<version>')) return 'write <version> where the version of Python belongs'
  return checkImage(text.replaceAll('<version>', '3.12'))
}

function checkNetwork(text: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text) ? undefined : 'use host, none, or the name of a network'
}

function checkCertificates(text: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- no path has these
  const isPath = /^(?:\/|[A-Za-z]:[\\/])[^\u0000-\u001f]+$/.test(text)
  return text === 'host' || isPath ? undefined : 'use host, or the absolute path of a PEM file'
}
