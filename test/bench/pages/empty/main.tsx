import '@mantine/core/styles.css'
import { Button, MantineProvider, Title } from '@mantine/core'
import { useState } from 'react'
import { createRoot } from 'react-dom/client'

/** The least page of the same stack: what it costs is the floor of what ours may cost. */
function Empty() {
  const [name, setName] = useState('one')
  return (
    <MantineProvider>
      <Title>{name}</Title>
      <Button onClick={() => setName(name === 'one' ? 'two' : 'one')}>Change</Button>
    </MantineProvider>
  )
}

const root = document.querySelector('#root')
if (root !== null) createRoot(root).render(<Empty />)
