// Lists the pages.
import { opendirSync } from 'node:fs';
import process from 'node:process';

const directory = opendirSync(process.argv[2]);
const lines = [];
for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
  lines.push(`<li>${entry.name}</li>`);
}
directory.closeSync();
process.stdout.write(`<ul>\n${lines.join('\n')}\n</ul>\n`);
