import path from 'node:path';
import { examine } from './boundaries/examine.ts';

const { files, imports, violations } = examine(path.resolve(import.meta.dirname, '..'));
for (const violation of violations) console.error(violation);
console.log(`${files} files, ${imports} imports, ${violations.length} violations`);
if (violations.length > 0 || files === 0) process.exitCode = 1;
