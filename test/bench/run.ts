import { benchAppend } from './append.ts';
import { benchAttach } from './attach.ts';
import { benchAttachAndroid } from './attach-android.ts';
import { benchAttachMany } from './attach-many.ts';
import { benchAttachSerial } from './attach-serial.ts';
import { benchBacklog } from './backlog.ts';
import { benchBackup } from './backup.ts';
import { benchDemo } from './demo.ts';
import { benchExport } from './export.ts';
import { benchReports } from './reports.ts';
import { benchSignIn } from './sign-in.ts';
import { benchTree } from './tree.ts';

const benches = {
  append: benchAppend,
  attach: benchAttach,
  'attach-android': benchAttachAndroid,
  'attach-many': benchAttachMany,
  'attach-serial': benchAttachSerial,
  backup: benchBackup,
  backlog: () => benchBacklog(),
  demo: benchDemo,
  export: benchExport,
  reports: benchReports,
  'sign-in': benchSignIn,
  tree: benchTree,
};
const wanted = process.argv.slice(2);

for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  for (const text of await bench()) console.log(`  ${text}`);
}
