import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { readableColors } from './contrast.ts'
import { styleNonce, theme } from './theme.ts'
import { SignIn } from './sign-in.tsx'

/** The whole page. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableColors}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <Notifications position="bottom-right" />
      <SignIn />
    </MantineProvider>
  )
}
