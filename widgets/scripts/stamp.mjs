// Records which sources the bundle was built from, so that a test can tell a stale one without Node.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const roots = ['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'style'];

function files(path) {
  return statSync(join(root, path)).isDirectory()
    ? readdirSync(join(root, path)).flatMap(name => files(`${path}/${name}`))
    : [path];
}

const hash = createHash('sha256');
for (const path of roots.flatMap(files).sort()) {
  hash.update(`${path}\0${readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n')}\0`);
}
writeFileSync(
  join(root, '../crm_analysis/labextension/sources.json'),
  `${JSON.stringify({ sha256: hash.digest('hex') }, null, 2)}\n`
);
