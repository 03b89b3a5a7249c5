import type { Device } from './core'

/** The browser this page runs in. */
export function browserDevice(): Device {
  return {
    online: () => typeof navigator === 'undefined' || navigator.onLine !== false,
    hidden: () => typeof document !== 'undefined' && document.visibilityState === 'hidden',
    onChange: (hear) => {
      if (typeof window === 'undefined') return () => {}
      window.addEventListener('online', hear)
      window.addEventListener('offline', hear)
      document.addEventListener('visibilitychange', hear)
      return () => {
        window.removeEventListener('online', hear)
        window.removeEventListener('offline', hear)
        document.removeEventListener('visibilitychange', hear)
      }
    },
    wipeCaches: async () => {
      if (typeof caches === 'undefined') return
      const names = await caches.keys()
      // The shell of the client holds nobody's data and stays.
      await Promise.all(names.filter((name) => !name.startsWith('hearth-shell')).map((name) => caches.delete(name)))
    },
  }
}

/** The page's local storage, or memory where the browser refuses it. */
export function browserStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const memory = new Map<string, string>()
  const attempt = <T>(job: (storage: Storage) => T, otherwise: () => T): T => {
    try {
      return typeof localStorage === 'undefined' ? otherwise() : job(localStorage)
    } catch {
      return otherwise()
    }
  }
  return {
    getItem: (key) =>
      attempt(
        (storage) => storage.getItem(key),
        () => memory.get(key) ?? null,
      ),
    setItem: (key, value) =>
      attempt(
        (storage) => storage.setItem(key, value),
        () => void memory.set(key, value),
      ),
    removeItem: (key) =>
      attempt(
        (storage) => storage.removeItem(key),
        () => void memory.delete(key),
      ),
  }
}
