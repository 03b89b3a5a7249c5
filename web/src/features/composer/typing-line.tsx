import { t } from '../../i18n/t'
import { useTyping } from '../../realtime/hooks'

/** Who types, on a line that is always there, so that nothing moves. */
export function TypingLine({ roomId }: { readonly roomId: string }) {
  const names = useTyping(roomId)
  const text = typingText(names)
  return (
    <span role="status" className="flex min-w-0 items-center gap-1.5">
      {text && (
        <>
          <span className="typing-dots" aria-hidden>
            <i />
            <i />
            <i />
          </span>
          <bdi className="name">{text}</bdi>
        </>
      )}
    </span>
  )
}

/** "Ada is typing"; more than two are several. */
export function typingText(names: readonly string[]): string {
  const [first, second] = names
  if (first === undefined) return ''
  if (second === undefined) return t('composer.typingOne', { name: first })
  if (names.length === 2) return t('composer.typingTwo', { first, second })
  return t('composer.typingMany')
}
