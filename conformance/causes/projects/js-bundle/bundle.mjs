// Joins the sources to one file.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const parts = ['src/one.mjs', 'src/two.mjs'].map((path) => readFileSync(path, 'utf8'));
const banner = `/* bundle of ${parts.length} files, ${new Date().toISOString()} */\n`;
writeFileSync(process.argv[2], banner + parts.join(''));
