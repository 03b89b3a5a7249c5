// Writes a .br and a .gz beside every text file of dist/, so that the server never compresses at run time.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const text = /\.(html|js|css|svg|json|webmanifest|txt|map)$/
const smallest = 1024

/** Compresses one file, where that saves anything. */
async function compress(path) {
  const source = await readFile(path)
  if (source.length < smallest) return
  const brotli = brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
  const gzip = gzipSync(source, { level: 9 })
  if (brotli.length < source.length) await writeFile(`${path}.br`, brotli)
  if (gzip.length < source.length) await writeFile(`${path}.gz`, gzip)
}

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (entry.isFile() && text.test(entry.name)) await compress(join(entry.parentPath, entry.name))
}
