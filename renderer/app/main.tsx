import './quiet-zod.ts'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './app.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { styleNonce } from './theme.ts'

// Dialogs keep the page behind them from scrolling by a style of their own, which takes its nonce from here.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() })

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
