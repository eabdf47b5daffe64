import { renderSVG } from 'uqr';
import type { RecoveryKey } from './recovery-key.ts';

type Sheet = { key: RecoveryKey; siteName: string; stationName: string; madeAt: string };

/** The recovery key as a text file. */
export function recoveryFile({ key, siteName, stationName, madeAt }: Sheet): string {
  return `Veriqko Bench recovery key
Site: ${siteName}
Station: ${stationName}
Made: ${madeAt}
Fingerprint: ${key.fingerprint}

${key.text}

Whoever has this key reads every backup of this station. Keep it away from the computer.
`;
}

/** The recovery key as one page to print: a code to scan, the groups to type, and what to do with it. */
export function recoverySheet({ key, siteName, stationName, madeAt }: Sheet): string {
  const [mark, ...groups] = key.text.split('-');
  const cells = groups.map((group, i) => `<li${i === groups.length - 1 ? ' class="check"' : ''}>${group}</li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Recovery key</title><style>
body { font: 12pt/1.5 sans-serif; margin: 2cm; color: #000; background: #fff }
svg { width: 6cm; height: 6cm } ol { display: flex; flex-wrap: wrap; gap: 4mm; padding: 0; list-style: none; max-width: 15cm }
li { font: 600 16pt monospace; border: 1px solid #000; padding: 1mm 3mm } .check { border-width: 3px }
dt { font-weight: 600 } dd { margin: 0 0 2mm; overflow-wrap: anywhere }
</style></head><body>
<h1>Recovery key</h1>
<dl><dt>Site</dt><dd>${escaped(siteName)}</dd><dt>Station</dt><dd>${escaped(stationName)}</dd>
<dt>Made</dt><dd>${escaped(madeAt)}</dd><dt>Fingerprint</dt><dd>${key.fingerprint}</dd></dl>
${renderSVG(key.text, { ecc: 'M', border: 2 })}
<p>${mark} followed by these groups, in this order. The last one, with the thick frame, checks the others.</p>
<ol>${cells.join('')}</ol>
<p>With this key and a backup, everything of this station is restored on another computer: nothing else opens its backups.
Whoever has both reads everything in them. Keep this sheet away from the computer and from the backups. It is given out once.</p>
</body></html>
`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, character => entities[character] ?? character);
}
