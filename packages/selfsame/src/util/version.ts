/** Version of the program; the same as in package.json (tools/repo-health.test.ts). */
export const version = '0.1.0';
