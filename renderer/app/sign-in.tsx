import { Button, Center, Code, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { isProblem } from '#core/base/problem.ts'
import { ClientProvider, type Client } from '#renderer/data/client-context.ts'
import { desktopBridge, signInAgain } from '#renderer/data/desktop.ts'
import { startLive, type Live } from '#renderer/data/live.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { hasCode, signIn } from '#renderer/data/session.ts'
import { LiveProvider } from '#renderer/data/use-live.ts'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { createAppRouter, loadAllPages } from './router.tsx'

/**
 * A Problem that is no passing absence is not asked again. The core is on this machine mostly, so nothing waits for the
 * browser to have a network.
 */
const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => isProblem(error) && error.code === 'core_unreachable' && count < 30,
      retryDelay: (count) => Math.min(250 * 2 ** count, 2_000),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})
const router = createAppRouter()

type State =
  | { readonly kind: 'asking' }
  | { readonly kind: 'stranger' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'in'; readonly client: Client; readonly live: Live }

async function enter(): Promise<State> {
  try {
    const client = await signIn()
    if (client === undefined) return { kind: 'stranger' }
    requestIdleCallback(() => void loadAllPages(router), { timeout: 2_000 })
    return { kind: 'in', client, live: startLive(client, cache) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

/** Everything behind the session of this browser; without one, how to get it. */
export function SignIn() {
  const [state, setState] = useState<State>({ kind: 'asking' })
  useEffect(() => {
    void enter().then(setState)
    // An address with a code that is pasted over that of this page loads nothing by itself.
    const onHash = () => hasCode() && window.location.reload()
    window.addEventListener('hashchange', onHash)
    return () => window.removeEventListener('hashchange', onHash)
  }, [])
  const again = () => {
    setState({ kind: 'asking' })
    void enter().then(setState)
  }
  switch (state.kind) {
    case 'asking':
      return (
        <Center h="100vh">
          <Loader aria-label="Signing in" />
        </Center>
      )
    case 'failed':
      return <Failed error={state.error} onRetry={again} />
    case 'stranger':
      return <Stranger />
    case 'in':
      return (
        <ClientProvider value={state.client}>
          <LiveProvider value={state.live}>
            <QueryClientProvider client={cache}>
              <RouterProvider router={router} />
            </QueryClientProvider>
          </LiveProvider>
        </ClientProvider>
      )
  }
}

/** A page without a session says how to get one. */
function Stranger() {
  const isInApp = desktopBridge() !== undefined
  return (
    <Center component="main" h="100vh" p="md">
      <Stack maw={520}>
        <Title order={1} size="h2">
          {isInApp ? 'This window has no session' : 'This browser has no session'}
        </Title>
        {isInApp ? <FromApp /> : <FromTerminal />}
      </Stack>
    </Center>
  )
}

function FromApp() {
  return (
    <>
      <Text>It is over or was revoked. The app can begin another.</Text>
      <Group>
        <Button onClick={() => void signInAgain()}>Sign in again</Button>
      </Group>
    </>
  )
}

function FromTerminal() {
  return (
    <>
      <Text>
        The workbench lets in only who was sent by the command line of this machine. Run this in a terminal; it opens
        the page with a code that is good for a minute:
      </Text>
      <Code block>minisub open</Code>
    </>
  )
}

function Failed({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const problem = problemOf(error)
  return (
    <Center component="main" h="100vh" p="md">
      <ProblemAlert title="The core does not answer" message={problem.message} onRetry={onRetry} />
    </Center>
  )
}
