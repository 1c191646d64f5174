// Preloaded by --import: writes how many files of JavaScript a program loaded, and their bytes, where MODULES_FILE says.
import { statSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const loaded = new Map()
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) loaded.set(url, statSync(fileURLToPath(url)).size)
    return nextLoad(url, context)
  },
})
process.on('exit', () => {
  const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0)
  writeFileSync(process.env.MODULES_FILE, JSON.stringify({ modules: loaded.size, bytes }))
})
