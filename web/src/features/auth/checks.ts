import { t } from '../../i18n/t'

/** What is wrong with the fields of a new account, before the server is asked; the server's word is final. */
export type AccountFields = { readonly username: string; readonly email: string; readonly password: string }

/** One sentence for each field that cannot be right. */
export function checkAccount(fields: AccountFields): Record<string, string> {
  const faults: Record<string, string> = {}
  const username = checkUsername(fields.username.trim())
  if (username) faults.username = username
  if (!/^\S+@\S+$/.test(fields.email.trim())) faults.email = t('field.emailWrong')
  if ([...fields.password].length < 8) faults.password = t('field.passwordShort')
  return faults
}

function checkUsername(username: string): string | undefined {
  const length = [...username].length
  if (length < 2 || length > 32) return t('field.usernameShort')
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]*$/u.test(username)) return t('field.usernameWrong')
  return undefined
}
