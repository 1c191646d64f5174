import { Button, Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { CloudUpload } from 'lucide-react'
import { useState } from 'react'
import type { StartRequest } from '../use-start-form.ts'
import { PushDialog } from './push-dialog.tsx'

type PlanPushProps = {
  readonly isDisabled: boolean
  /** What is to be planned; undefined where a field is wrong. */
  readonly onPlan: () => StartRequest | undefined
}

/** A button that opens the plan of a push to a cluster, with what pushes. */
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
  const close = () => setOpen(false)
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
        onClose={close}
        size="90%"
        fullScreen={isNarrow}
        title={`Push to ${request?.target ?? ''}`}
      >
        {request !== undefined && <PushDialog request={request} onClose={close} />}
      </Modal>
    </>
  )
}
