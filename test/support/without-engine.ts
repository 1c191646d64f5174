import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Prepares a data folder whose core finds no container engine, whatever this machine has. */
export function withoutEngine(home: string): void {
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ 'docker.host': 'unix:///nowhere/no-engine.sock' }))
}
