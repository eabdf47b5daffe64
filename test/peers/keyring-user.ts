import { openOsKeystore } from '../../electron/drivers/keystore/keystore.node.ts';

// Does one thing with the keyring of the session it runs in: get NAME, set NAME VALUE, delete NAME. Prints JSON.
const [act, name = '', value = ''] = process.argv.slice(2);
const keystore = await openOsKeystore('Veriqko Bench test');
if (act === 'set') await keystore.set(name, value);
if (act === 'delete') await keystore.delete(name);
console.log(JSON.stringify({ strength: keystore.strength, value: await keystore.get(name) }));
