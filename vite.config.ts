import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** What most pages use, in one file: some forty small ones cost more in requests than they save in bytes. */
const SHARED = {
  name: 'base',
  test: /node_modules.(react|react-dom|scheduler|zod|lucide-react|@tanstack|@mantine|@floating-ui)|core.(base|contract|client)|renderer.(data|ui)/,
  minShareCount: 3,
}
/** What keeps zod from trying `new Function`, with what zod needs first: so it comes before whatever makes a schema. */
const FIRST = { name: 'first', test: /renderer.app.quiet-zod/ }

/** The page as a bundle in `dist/renderer`, which core serves. There is no dev server: core's rules hold everywhere. */
export default defineConfig({
  root: join(import.meta.dirname, 'renderer'),
  plugins: [react()],
  // Core replaces the word by a fresh nonce in each answer.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: join(import.meta.dirname, 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'es2023',
    // The policy of core forbids `data:` scripts, styles and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [FIRST, SHARED] } } },
  },
})
