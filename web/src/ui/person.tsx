import type { ReactNode } from 'react'
import { Avatar } from './avatar'

type Props = {
  readonly user: {
    readonly id: string
    readonly displayName: string
    readonly username: string
    readonly avatar: string | null
  }
  readonly online?: boolean | undefined
  readonly after?: ReactNode
}

/** A person in a list: picture, name, handle. */
export function Person({ user, online, after }: Props) {
  return (
    <>
      <Avatar id={user.id} name={user.displayName} src={user.avatar} size={28} online={online} />
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        <bdi className="name">{user.displayName}</bdi>
        <span className="name text-meta text-ink-3">@{user.username}</span>
      </span>
      {after}
    </>
  )
}
