import { Button, Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { CloudUpload } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { StartRequest } from '../use-start-form.ts'
import { PushDialog } from './push-dialog.tsx'
import { usePush } from './use-push.ts'

type PlanPushProps = {
  readonly isDisabled: boolean
  /** What is to be planned; undefined where a field is wrong. */
  readonly onPlan: () => StartRequest | undefined
}

/** A button that opens the plan of a push to a cluster, with what pushes: a push goes on where the dialog is closed, and is found there again. */
export function PlanPush({ isDisabled, onPlan }: PlanPushProps) {
  const [request, setRequest] = useState<StartRequest>()
  const [isOpen, setOpen] = useState(false)
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const open = () => {
    const planned = onPlan()
    // It stays while the dialog fades away.
    if (planned !== undefined) setRequest(planned)
    setOpen(planned !== undefined)
  }
  const isShown = useRef(false)
  useEffect(() => void (isShown.current = isOpen), [isOpen])
  const navigate = useNavigate()
  const pushing = usePush((run) => {
    setOpen(false)
    // Who went back to the form is not taken away from it.
    if (run !== undefined && isShown.current) void navigate({ to: '/runs/$run', params: { run } })
  })
  return (
    <>
      <Button
        variant="default"
        disabled={isDisabled}
        leftSection={<CloudUpload size={16} aria-hidden />}
        onClick={open}
      >
        Plan a push
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        size="90%"
        fullScreen={isNarrow}
        title={`Push to ${request?.target ?? ''}`}
      >
        {request !== undefined && <PushDialog request={request} pushing={pushing} />}
      </Modal>
    </>
  )
}
