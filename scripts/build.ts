import path from 'node:path';
import { buildApplication, projectDir } from './bundle.ts';

const outDir = path.join(projectDir, 'dist');
for (const note of await buildApplication(outDir)) console.log(note);
console.log(`built into ${path.relative(process.cwd(), outDir) || outDir}`);
