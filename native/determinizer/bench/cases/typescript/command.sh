node "$REPOSITORY"/node_modules/typescript/lib/tsc.js -p packages/verify
