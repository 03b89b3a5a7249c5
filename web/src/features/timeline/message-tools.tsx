import { Copy, Link2 } from 'lucide-react'
import { t } from '../../i18n/t'
import type { Message } from '../../protocol/generated'
import { IconButton } from '../../ui/button'
import { copyText } from '../../ui/copy'
import { toast } from '../../ui/toast'

/** What one can do with a message: shown on hover and focus, and on a tap where there is no hover. */
export function MessageTools({ message }: { readonly message: Message }) {
  const copyBody = async () => toast(t((await copyText(message.content)) ? 'message.copiedText' : 'error.copy'))
  const copyLink = async () => {
    const link = `${location.origin}/r/${message.roomId}/${message.seq}`
    toast(t((await copyText(link)) ? 'message.copiedLink' : 'error.copy'))
  }
  return (
    <div className="message-tools">
      <IconButton label={t('message.copy')} small onClick={copyBody}>
        <Copy size={15} aria-hidden />
      </IconButton>
      <IconButton label={t('message.copyLink')} small onClick={copyLink}>
        <Link2 size={16} aria-hidden />
      </IconButton>
    </div>
  )
}
