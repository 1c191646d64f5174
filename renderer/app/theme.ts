import { Button, createTheme, Drawer, Modal, Notification, Tooltip } from '@mantine/core'
import { SteadyButton } from '#renderer/ui/steady-button.tsx'

/** A `header` within a dialog would count as a second banner of the page; its button needs a name. */
const dialogProps = {
  attributes: { header: { role: 'presentation' } },
  closeButtonProps: { 'aria-label': 'Close' },
}

/** The look of the workbench. Colours are chosen so that text has a contrast of at least 4.5 in light and dark. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: 8,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { component: SteadyButton } }),
    Modal: Modal.extend({ defaultProps: dialogProps }),
    Drawer: Drawer.extend({ defaultProps: dialogProps }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    // Whatever is on the page belongs to one of its landmarks.
    Tooltip: Tooltip.extend({ defaultProps: { portalProps: { target: '#main' } } }),
  },
})

/** The nonce that the core gave this answer for its styles. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}
