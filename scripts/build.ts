import path from 'node:path';
import { buildApplication, bundleVerifier, projectDir } from './bundle.ts';

const outDir = path.join(projectDir, 'dist');
for (const note of await buildApplication(outDir)) console.log(note);
await bundleVerifier(path.join(outDir, 'verify.mjs'));
console.log(`built into ${path.relative(process.cwd(), outDir) || outDir}`);
