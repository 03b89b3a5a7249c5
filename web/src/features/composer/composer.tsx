import { SendHorizontal } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, useRef } from 'react'
import { t } from '../../i18n/t'
import { useConnection } from '../../realtime/hooks'
import { TypingLine } from './typing-line'
import { useAutosize } from './use-autosize'
import { useComposer } from './use-composer'
import { useTypeAnywhere } from './use-type-anywhere'

type Props = {
  readonly roomId: string
  /** What the room is called, for the label. */
  readonly title: string
}

/** Where one writes. Enter sends, Shift-Enter breaks the line. */
export function Composer({ roomId, title }: Props) {
  const field = useRef<HTMLTextAreaElement>(null)
  const { text, overBy, change, send, leave } = useComposer(roomId)
  const { kind } = useConnection()
  useAutosize(field, text)
  useTypeAnywhere(field, roomId)

  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    send()
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing && hasKeyboard()) {
      event.preventDefault()
      submit()
    }
    if (event.key === 'ArrowUp' && text === '') focusLastMessage(event)
  }

  const empty = text.trim() === ''
  return (
    <form
      className="flex-none px-4 pb-[max(14px,env(safe-area-inset-bottom))] max-sm:px-2 max-sm:pb-[max(8px,env(safe-area-inset-bottom))]"
      onSubmit={submit}
    >
      <ComposerNote id="composer-note" roomId={roomId} overBy={overBy} offline={kind === 'offline' && !empty} />
      <div className="flex items-end gap-1 rounded-box border border-line-strong bg-raised pr-1 focus-within:border-primary/80">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          aria-label={t('composer.label', { room: title })}
          aria-invalid={overBy > 0 || undefined}
          aria-describedby="composer-note"
          placeholder={t('composer.placeholder', { room: title })}
          autoCapitalize="sentences"
          className="max-h-[40vh] min-h-[42px] flex-1 resize-none overflow-y-auto bg-transparent py-2.5 pr-2 pl-3.5 leading-[22px] outline-none placeholder:text-ink-3 pointer-coarse:min-h-11"
          onChange={(event) => change(event.target.value)}
          onBlur={leave}
          onKeyDown={onKeyDown}
        />
        <button
          type="submit"
          aria-label={t('composer.send')}
          title={`${t('composer.send')} · ${t('composer.hint')}`}
          disabled={empty || overBy > 0}
          className={`icon-button my-[5px] pointer-coarse:my-0 ${empty ? '' : 'bg-primary! text-primary-content!'}`}
        >
          <SendHorizontal size={17} aria-hidden />
        </button>
      </div>
    </form>
  )
}

type NoteProps = { readonly id: string; readonly roomId: string; readonly overBy: number; readonly offline: boolean }

/** The reserved line above the field: what is wrong, what happens to the text, or who types. */
function ComposerNote({ id, roomId, overBy, offline }: NoteProps) {
  return (
    <div id={id} className="flex h-6 items-center px-1 text-small text-ink-3">
      {overBy > 0 ? (
        <span role="alert" className="text-error">
          {t('composer.tooLong', { count: overBy })}
        </span>
      ) : offline ? (
        <span>{t('composer.offline')}</span>
      ) : (
        <TypingLine roomId={roomId} />
      )}
    </div>
  )
}

/** On-screen keyboards have no Shift-Enter: there Enter breaks the line and the button sends. */
function hasKeyboard(): boolean {
  return matchMedia('(pointer: fine)').matches
}

/** From an empty composer, up goes to the messages. */
function focusLastMessage(event: KeyboardEvent): void {
  const rows = document.querySelectorAll<HTMLElement>('[data-message]')
  const last = rows[rows.length - 1]
  if (!last) return
  event.preventDefault()
  last.focus()
}
