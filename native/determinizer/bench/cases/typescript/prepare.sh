# The packages of this repository that need no other.
test -e "$REPOSITORY"/node_modules/typescript/lib/tsc.js || { echo "skip: no TypeScript"; exit 77; }
cp "$REPOSITORY"/tsconfig.base.json .
mkdir -p packages/verify
cp -R "$REPOSITORY"/packages/verify/src "$REPOSITORY"/packages/verify/package.json "$REPOSITORY"/packages/verify/tsconfig.json packages/verify
ln -s "$REPOSITORY"/node_modules node_modules
