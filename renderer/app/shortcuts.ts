/** Where a shortcut goes, or what it opens; `palette` is opened by the palette itself. */
export type ShortcutAction =
  | { readonly kind: 'go'; readonly to: '/pipelines' | '/runs' | '/schedules' | '/environments' | '/settings' }
  | { readonly kind: 'sheet' }
  | { readonly kind: 'palette' }

export type Shortcut = {
  readonly id: string
  /** Pressed one after the other. */
  readonly keys: readonly string[]
  readonly description: string
  readonly action: ShortcutAction
}

/** All shortcuts of the workbench, as the sheet lists them. */
export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'pipelines', keys: ['g', 'p'], description: 'Go to the pipelines', action: { kind: 'go', to: '/pipelines' } },
  { id: 'runs', keys: ['g', 'r'], description: 'Go to the runs', action: { kind: 'go', to: '/runs' } },
  { id: 'schedules', keys: ['g', 's'], description: 'Go to the schedules', action: { kind: 'go', to: '/schedules' } },
  {
    id: 'environments',
    keys: ['g', 'e'],
    description: 'Go to the environments',
    action: { kind: 'go', to: '/environments' },
  },
  { id: 'settings', keys: ['g', 't'], description: 'Go to the settings', action: { kind: 'go', to: '/settings' } },
  {
    id: 'palette',
    keys: ['Ctrl+K'],
    description: 'Go anywhere by its name (⌘K on a Mac)',
    action: { kind: 'palette' },
  },
  { id: 'sheet', keys: ['?'], description: 'Show this list', action: { kind: 'sheet' } },
]
