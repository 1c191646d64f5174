import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, Ref } from 'react'

type Element<Props> = Props &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props> & { readonly ref?: Ref<HTMLAnchorElement> }

/** A link in a text to one of our pages, typed by the route table. */
export const TextLink = createLink((props: Element<AnchorProps>) => <Anchor {...props} />)

/** A link to one of our pages that looks like a button. */
export const ButtonLink = createLink((props: Element<ButtonProps>) => <Button component="a" {...props} />)
